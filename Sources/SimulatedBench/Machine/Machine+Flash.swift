// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The flash chips as fitted, and what they hold.
extension Machine {
    /// The chips on the board, without those that are missing.
    var chips: [SerialFlash] { peripherals.quadSPI.wires.chips.compactMap(\.flash) }
    /// The first of them.
    var flash: SerialFlash? { chips.first }

    /// All the first chip keeps without power, for tests.
    var flashState: FlashState? {
        settleFlash()
        return chips.first?.state
    }
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
    /// What each chip will hold when power comes back the next time, by bank.
    ///
    /// The board keeps its supply until an operation that runs has ended. Damage belongs to the part, not to what it holds.
    var lastingFlashStates: [Int: FlashState] {
        settleFlash()
        var states: [Int: FlashState] = [:]
        for chip in peripherals.quadSPI.wires.chips {
            guard let flash = chip.flash else { continue }
            flash.finish()
            var state = flash.state
            state.cells = flash.array.programmed
            states[chip.wiring.bank] = state
        }
        return states
    }
    private func settleFlash() {
        peripherals.quadSPI.advance(to: time)
        for flash in chips {
            flash.now = max(flash.now, time)
            flash.settle()
        }
    }

    static func makeChips(_ configuration: BenchConfiguration) -> [SerialBus] {
        configuration.board.chips.enumerated().map { index, chip in
            let bank = chip.wiring.bank
            // Chips of one board draw their times and faults independently.
            let seed = configuration.seed &+ UInt64(index) &* 0x9E37_79B9
            return SerialBus(
                chip.wiring,
                flash: makeFlash(configuration, bank: bank, position: index, seed: seed),
                openLevel: configuration.fault(bank: bank) != .unpowered, seed: seed)
        }
    }

    private static func makeFlash(
        _ configuration: BenchConfiguration, bank: Int, position: Int, seed: UInt64
    ) -> SerialFlash? {
        let fault = configuration.fault(bank: bank)
        guard let part = FlashPart.fitted(fault) else { return nil }
        let flash = SerialFlash(part, busyTimes: configuration.busyTimes, seed: seed)
        let kept = configuration.flashStates[bank]
        var state = kept ?? part.factoryState
        if kept == nil, let cells = configuration.initialCells(of: position) { state.cells = cells }
        switch fault {
        case .quadDisabled: state.statusRegisters[1] &= ~2
        // BP2...0: the whole array.
        case .blockProtected: state.statusRegisters[0] |= 0x1C
        case .individuallyLocked: state.statusRegisters[2] |= 4
        case .qpi: state.statusRegisters[1] |= 2
        default: break
        }
        flash.state = state
        apply(fault, to: flash, seed: seed)
        return flash
    }

    /// States software left the part in, and damage.
    private static func apply(_ fault: BenchConfiguration.FlashFault, to flash: SerialFlash, seed: UInt64) {
        switch fault {
        case .stuckBusy: flash.isStuckBusy = true
        case .poweredDown: flash.isPoweredDown = true
        case .continuousRead: flash.continuousOpcode = 0xEB
        case .qpi: flash.isQuadInterface = true
        case .badCell:
            // Four cells of a byte stuck at each level, somewhere in the first page.
            var random = SeededGenerator(seed: seed)
            flash.array.worn = (Int(random.next() & 0xFF), 0xF0)
        default: break
        }
    }
}
