// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import FlashLoader

/// The flash behind a loader that was initialised on the target: one call after the other.
///
/// Two commands may be open, so that the data of the next write is on its way while the loader is at work.
package final class LoaderEngine: FlashEngine {
    package let geometry: FlashGeometry
    package let abilities: FlashAbilities
    private let loader: LoadedLoader
    /// In the order they were handed over; none is begun before its end is asked for.
    private var open: [EngineCommand] = []

    /// Large enough that the cost of a call does not show, small enough for progress and cancellation.
    private static let preferredRead = 1 << 15

    /// `mayUnprotect`: nobody knows what the loader's functions do about the flash's protection.
    package init(_ loader: LoadedLoader, mayUnprotect: Bool = false) throws(FlashError) {
        self.loader = loader
        geometry = try FlashGeometry(loader.flash, chip: loader.chip)
        var abilities = FlashAbilities(
            programLimit: max(1, loader.bufferSize), readLimit: Self.preferredRead,
            canEraseChip: loader.canMassErase)
        (abilities.depth, abilities.mayUnprotect) = (2, mayUnprotect)
        self.abilities = abilities
    }

    package var targetTime: Duration { loader.targetTime }
    package var protection: WriteProtection? { loader.protection }

    package func submit(_ command: EngineCommand) throws(FlashEngineFailure) { open.append(command) }

    package func complete(_ poll: () -> Bool) throws(FlashEngineFailure) -> EngineResult {
        precondition(!open.isEmpty, "the end of a command was asked for that nobody handed over")
        let command = open.removeFirst()
        var upcoming: [UInt8] = []
        if case .program(let bytes, _)? = open.first { upcoming = bytes }
        do throws(LoaderError) { return try execute(command, upcoming, poll) } catch {
            open = []
            throw Self.failure(error)
        }
    }

    private func execute(
        _ command: EngineCommand, _ upcoming: [UInt8], _ poll: () -> Bool
    ) throws(LoaderError) -> EngineResult {
        let (started, began) = (loader.targetTime, loader.now)
        switch command {
        case .read(let range): return .bytes(try loader.read(range.count, at: range.start))
        case .digest: preconditionFailure("asked for a digest although hasDigests is false")
        case .erase(let range):
            try loader.eraseSectors(
                from: range.start, through: range.last, preparing: upcoming, isCancelled: poll)
        case .eraseChip: try loader.massErase(isCancelled: poll)
        case .program(let bytes, let address):
            try loader.write(bytes, at: address, preparing: upcoming)
            // What calls cost beside the programming decides how many pages go into one.
            return .done(loader.now - began)
        }
        return .done(loader.targetTime - started)
    }

    package func findings() -> [LoaderFinding] { loader.look() }

    private static func failure(_ error: LoaderError) -> FlashEngineFailure {
        switch error {
        case .cancelled: .stopped(begun: true)
        case .refused: .refused(error)
        default: .failed(error)
        }
    }
}
