// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashLoader

/// The flash behind a loader that was initialised on the target.
package final class LoaderFlashDevice: FlashDevice {
    package let geometry: FlashGeometry
    private let loader: LoadedLoader

    /// Large enough that the cost of a call does not show, small enough for progress and cancellation.
    private static let preferredRead = 1 << 15

    package init(_ loader: LoadedLoader) throws(FlashError) {
        self.loader = loader
        geometry = try FlashGeometry(loader.flash, chip: loader.chip)
    }

    package var programLimit: Int { max(1, loader.bufferSize) }
    package var readLimit: Int { Self.preferredRead }
    package var canMassErase: Bool { loader.canMassErase }
    package var hashesOnTarget: Bool { false }
    package var targetTime: Duration { loader.targetTime }

    package var protection: WriteProtection? { loader.protection }

    package func read(_ range: AddressRange) throws(FlashDeviceFailure) -> [UInt8] {
        do { return try loader.read(range.count, at: range.start) } catch { throw Self.failure(error) }
    }

    package func eraseSectors(_ range: AddressRange, poll: () -> Bool) throws(FlashDeviceFailure) {
        do {
            try loader.eraseSectors(from: range.start, through: range.last, isCancelled: poll)
        } catch {
            throw Self.failure(error)
        }
    }

    package func massErase(poll: () -> Bool) throws(FlashDeviceFailure) {
        do { try loader.massErase(isCancelled: poll) } catch { throw Self.failure(error) }
    }

    package func program(
        _ bytes: [UInt8], at address: UInt32, next: [UInt8]
    ) throws(FlashDeviceFailure) {
        do { try loader.write(bytes, at: address, preparing: next) } catch { throw Self.failure(error) }
    }

    package func sha256(of range: AddressRange, poll: () -> Bool) throws(FlashDeviceFailure) -> SHA256.Digest
    {
        preconditionFailure("asked for a hash although hashesOnTarget is false")
    }

    package func findings() -> [LoaderFinding] { loader.look() }

    private static func failure(_ error: LoaderError) -> FlashDeviceFailure {
        switch error {
        case .cancelled: .stopped
        case .refused: .refused(error)
        default: .failed(error)
        }
    }
}
