// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The flash as fitted, and what it holds.
extension Machine {
    /// The part on the board; nil when it is missing.
    var flash: SerialFlash? { bus.flash }

    /// All the flash keeps without power, for tests and for benches that live longer than a process.
    var flashState: FlashState? {
        settleFlash()
        return bus.flash?.state
    }
    /// What the array reads as.
    var flashContents: [UInt8] {
        settleFlash()
        return bus.flash?.array.contents ?? []
    }
    /// What the flash will hold when power comes back the next time.
    ///
    /// The board keeps its supply until an operation that runs has ended. Damage belongs to the part, not to what it holds.
    var lastingFlashState: FlashState? {
        settleFlash()
        guard let flash = bus.flash else { return nil }
        flash.finish()
        var state = flash.state
        state.cells = flash.array.programmed
        return state
    }
    private func settleFlash() {
        peripherals.quadSPI.advance(to: time)
        if let flash = bus.flash {
            flash.now = max(flash.now, time)
            flash.settle()
        }
    }

    static func makeFlash(_ configuration: BenchConfiguration) -> SerialFlash? {
        let fault = configuration.flashFault
        guard let part = FlashPart.fitted(fault) else { return nil }
        let flash = SerialFlash(part, busyTimes: configuration.busyTimes, seed: configuration.seed)
        var state = configuration.flashState ?? part.factoryState
        if configuration.flashState == nil, let contents = configuration.flashContents {
            state.cells = contents
        }
        switch fault {
        case .quadDisabled: state.statusRegisters[1] &= ~2
        // BP2...0: the whole array.
        case .blockProtected: state.statusRegisters[0] |= 0x1C
        case .individuallyLocked: state.statusRegisters[2] |= 4
        case .qpi: state.statusRegisters[1] |= 2
        default: break
        }
        flash.state = state
        apply(fault, to: flash, seed: configuration.seed)
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
