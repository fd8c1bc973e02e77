// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// A block of registers on a bus of the chip.
class Peripheral {
    let context: ChipContext

    init(_ context: ChipContext) { self.context = context }

    func read(_ offset: UInt32, _ access: Access) -> UInt32 { 0 }
    func write(_ offset: UInt32, _ value: UInt32, _ access: Access) {}
    /// Registers go back to their reset values.
    func reset() {}
    /// When the block next does something by itself; `.max` if nothing is due.
    var nextEvent: Picoseconds { .max }
    func handleEvent(at now: Picoseconds) {}
    /// A core was halted or went on, or a freeze bit changed.
    func updateFreeze(at now: Picoseconds) {}
}

/// A peripheral whose registers are words; narrower accesses take or replace byte lanes.
class WordPeripheral: Peripheral {
    func readWord(_ offset: UInt32, _ access: Access) -> UInt32 { 0 }
    /// `lanes` has ones where `value` was written.
    func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {}

    final override func read(_ offset: UInt32, _ access: Access) -> UInt32 {
        context.stableUntil = .max
        let word = readWord(offset & ~3, access)
        return word >> ((offset & 3) &* 8) & access.width.mask
    }
    final override func write(_ offset: UInt32, _ value: UInt32, _ access: Access) {
        let shift = (offset & 3) &* 8
        let lanes = access.width.mask << shift
        writeWord(offset & ~3, value << shift & lanes, lanes: lanes, access)
    }
}

extension BusWidth {
    var mask: UInt32 {
        switch self {
        case .byte: 0xFF
        case .halfword: 0xFFFF
        case .word: ~0
        }
    }
}

/// Replaces the lanes that were written.
func merge(_ old: UInt32, _ value: UInt32, lanes: UInt32) -> UInt32 { old & ~lanes | value & lanes }

/// Registers that only remember, for blocks whose function nothing here depends on.
final class RegisterBank: WordPeripheral {
    private var words: [UInt32]
    private let resetValues: [(offset: UInt32, value: UInt32)]
    /// Registers whose value software cannot change: status and identification.
    private let constants: [(offset: UInt32, value: UInt32)]
    /// Bits of each written word that exist.
    private let mask: UInt32

    init(
        _ context: ChipContext, size: UInt32 = 0x400, resetValues: [(offset: UInt32, value: UInt32)] = [],
        constants: [(offset: UInt32, value: UInt32)] = [], mask: UInt32 = .max
    ) {
        words = Array(repeating: 0, count: Int(size / 4))
        (self.resetValues, self.constants, self.mask) = (resetValues, constants, mask)
        super.init(context)
        reset()
    }

    override func reset() {
        for index in words.indices { words[index] = 0 }
        for (offset, value) in resetValues + constants { words[Int(offset / 4)] = value }
    }
    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        let index = Int(offset / 4)
        return index < words.count ? words[index] : 0
    }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        let index = Int(offset / 4)
        guard index < words.count, !constants.contains(where: { $0.offset == offset }) else { return }
        words[index] = merge(words[index], value & mask, lanes: lanes)
    }
}
