// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Logging
import ProductionJobs
import ProductionStore

/// Deletes what uploads have left that nobody goes on with, when the station starts and once a day.
struct UploadSweep: Sendable {
    let images: ImageStore
    /// An upload to which nothing was added for so long is abandoned.
    let age: Duration
    let clock: @Sendable () -> Timestamp
    let log: Logger

    private static let period = Duration.seconds(24 * 3600)

    /// Goes on until `pause` throws.
    func run(pause: @Sendable (Duration) async throws -> Void) async {
        while true {
            sweep()
            do { try await pause(Self.period) } catch { return }
        }
    }

    private func sweep() {
        do throws(StoreError) {
            let (files, bytes) = try images.discardUploads(
                untouchedSince: clock().seconds - age.components.seconds)
            guard files > 0 else { return }
            log.info(
                "abandoned uploads deleted", metadata: ["uploads": "\(files)", "bytes": "\(bytes)"])
        } catch {
            log.error("\(error.summary)", metadata: ["error": "\(error.code)"])
        }
    }
}
