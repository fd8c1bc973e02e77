// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the station file again at each SIGHUP.
struct ReloadOnSignal: Service {
    let station: Station

    func run() async {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do throws(StationError) { _ = try await station.reload() } catch {
                let log = station.context.log
                log.error("\(error.description)", metadata: ["error": "\(error.code)"])
            }
        }
    }
}
