// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The flash chips as fitted, and what they hold.
extension Machine {
    /// The chips on the board, without those that are missing.
    var chips: [SerialFlash] { peripherals.quadSPI.wires.chips.compactMap(\.flash) }
    /// The first of them.
    var flash: SerialFlash? { chips.first }

    /// What the memory reads as: the first chip, or in dual-flash mode both with their bytes in turns, FFh for one that is
    /// missing.
    var flashContents: [UInt8] {
        settleFlash()
        let places = peripherals.quadSPI.wires.chips
        guard configuration.board.isDualFlash else { return chips.first?.array.contents ?? [] }
        var bytes = [UInt8](repeating: 0xFF, count: places.count * (chips.map { $0.array.count }.max() ?? 0))
        for (position, place) in places.enumerated() {
            for (index, cell) in (place.flash?.array.contents ?? []).enumerated() {
                bytes[places.count * index + position] = cell
            }
        }
        return bytes
    }
    /// Lets the chips finish what they are busy with; all they keep is in their stores then.
    ///
    /// The board keeps its supply until an operation that runs has ended. Damage belongs to the part, not to what it holds.
    func finishFlash() {
        settleFlash()
        for flash in chips {
            flash.finish()
            flash.keepRegisters()
        }
    }
    /// What the chips have finished by now is in their stores, whether somebody looks at them or not.
    func settleStores() {
        guard keepsState, let change = peripherals.quadSPI.wires.nextChange, change <= time else { return }
        settleFlash()
    }
    private func settleFlash() {
        peripherals.quadSPI.advance(to: time)
        for flash in chips {
            flash.now = max(flash.now, time)
            flash.settle()
        }
    }

    /// The chips of the board in their places, with what `directory` keeps of them.
    ///
    /// Throws what is wrong with the description of a part, or with its state.
    static func makeChips(_ configuration: BenchConfiguration, _ directory: StateDirectory?)
        throws(BenchError) -> [SerialBus]
    {
        var buses: [SerialBus] = []
        for (position, chip) in configuration.board.chips.enumerated() {
            // Chips of one board draw their times and faults independently.
            let seed = configuration.seed &+ UInt64(position) &* 0x9E37_79B9
            let fault = configuration.fault(bank: chip.wiring.bank)
            let named = try FlashPart(named: chip.flash, in: configuration.files)
            var flash: SerialFlash?
            if let part = try named.fitted(fault, in: configuration.files) {
                flash = try makeFlash(part, configuration, position, directory, seed: seed)
                flash?.suffer(fault, seed: seed)
            }
            var wiring = chip.wiring
            wiring.faults = configuration.traceFaults.filter { $0.bank == wiring.bank }
            buses.append(
                SerialBus(wiring, flash: flash, openLevel: fault != .unpowered, seed: seed))
        }
        return buses
    }

    private static func makeFlash(
        _ part: FlashPart, _ configuration: BenchConfiguration, _ position: Int,
        _ directory: StateDirectory?, seed: UInt64
    ) throws(BenchError) -> SerialFlash {
        let contents = configuration.initialCells(of: position)
        let store = try directory?.store(position, part: part, contents: contents)
        let flash = SerialFlash(part, busyTimes: configuration.busyTimes, seed: seed, store: store)
        if store == nil, let contents { flash.array.load(contents) }
        return flash
    }
}

extension BenchConfiguration {
    /// What the chip at `position` holds of ``flashContents``: the first one all of it, in dual-flash mode each every
    /// other byte.
    fileprivate func initialCells(of position: Int) -> [UInt8]? {
        guard let flashContents, position == 0 || board.isDualFlash else { return nil }
        guard board.isDualFlash else { return flashContents }
        return stride(from: position, to: flashContents.count, by: board.chips.count).map {
            flashContents[$0]
        }
    }
}
