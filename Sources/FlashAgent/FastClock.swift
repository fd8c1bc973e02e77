// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashController
import FlashLoader
import HardwareDescription
import TargetControl

/// Faster clocks for core and QUADSPI while the agent works, from PLLs that nobody uses.
///
/// Within what the part takes at its lowest voltage scale (VOS3, DS12923 §6.3.1): 200 MHz for the core, 100 MHz for the
/// buses; supply and voltage scale stay as they are. Code runs from RAM, so that no flash wait states matter. Registers and
/// their bits are those of RM0399 §9.
struct FastClock {
    /// Of the core.
    static let core = 200
    private static let hsi: UInt32 = 64
    /// Both PLLs: 64 MHz / 8 in, times 50.
    private static let oscillator: UInt32 = 400

    /// Offsets of RCC's registers.
    private enum Offset {
        static let control: UInt32 = 0x00
        static let configuration: UInt32 = 0x10
        static let domain1: UInt32 = 0x18
        static let sources: UInt32 = 0x28
        static let kernelClocks: UInt32 = 0x4C
    }
    private static let pllsOn: UInt32 = 1 << 24 | 1 << 26
    private static let pllsReady: UInt32 = 1 << 25 | 1 << 27
    /// ON and RDY of all three: they share the register that divides their input.
    private static let anyPLL: UInt32 = 0x3F << 24
    /// RCC_CFGR of the parts whose registers these are.
    private static let knownConfiguration: UInt32 = 0x5802_4410
    /// Instructions that every flash answers without waiting, and for that slowly.
    private static let plainReads: Set<UInt8> = [0x03, 0x13]
    private static let limit: Duration = .milliseconds(10)

    private let memory: MemoryAccessPort
    private let timebase: any Timebase
    private let base: UInt32
    private let controller: UInt32
    /// Megahertz at the flash.
    let flash: UInt32
    /// What the registers held before, in the order in which they are put back.
    private var before: [(address: UInt32, words: [UInt32])] = []

    /// `wanted` is the fastest clock the flash's lines are known to carry.
    ///
    /// - Returns: nil where the flash is slower, or the part's clock control is another.
    init?(_ wanted: Hertz, _ adoption: Adoption, beside loader: LoadedLoader) {
        guard loader.target.definition.clock.register == Self.knownConfiguration,
            let clock = adoption.chip.clock
        else { return nil }
        let isPlain = Self.plainReads.contains(adoption.state.communication.instruction)
        let fastest = min(wanted, isPlain ? clock.plainRead ?? Hertz(0) : clock.maximum)
        let megahertz = UInt32(clamping: fastest.rawValue / 1_000_000)
        guard megahertz >= 40 else { return nil }
        // An even divisor gives equal halves, which the undivided controller needs.
        let divisor = (Self.oscillator + min(100, megahertz) - 1) / min(100, megahertz)
        flash = Self.oscillator / (divisor + divisor % 2)
        memory = loader.target.core.memory
        timebase = loader.target.core.timebase
        base = Self.knownConfiguration - Offset.configuration
        controller = loader.target.definition.quadSPI.base
    }

    /// PLL2's R divisor.
    private var divisor: UInt32 { Self.oscillator / flash }

    /// The controller's CR and DCR for the fast clock.
    func adapted(_ control: UInt32, _ device: UInt32) -> (control: UInt32, device: UInt32) {
        // Not divided; NCS stays high for 8 clocks, 80 ns.
        (control & ~(0xFF << 24), device & ~(7 << 8) | 7 << 8)
    }

    /// Raises the clocks, with the core halted.
    ///
    /// - Returns: false where something else than HSI drives the part, or a PLL is in use: then nothing was changed.
    mutating func raise() throws(DebugAccessError) -> Bool {
        // At once: each access of an ST-LINK costs half a millisecond.
        let registers = try memory.readWords(Int(Offset.kernelClocks / 4) + 1, at: base)
        let control = registers[at: Offset.control]
        let configuration = registers[at: Offset.configuration]
        guard control & (Self.anyPLL | 3 << 3) == 0, configuration & (7 << 3 | 7) == 0 else { return false }
        before = []
        // The controller stands still while its clock changes.
        try memory.writeWord(0, at: controller)
        // Domains 1 to 3.
        try change(Offset.domain1, [4 << 4 | 8, 4 << 4 | 4 << 8, 4 << 4], registers)
        try change(
            Offset.sources,
            [
                8 << 4 | 8 << 12,
                // Inputs of 8 to 16 MHz, wide oscillators; outputs PLL1 P and PLL2 R.
                3 << 2 | 3 << 6 | 1 << 16 | 1 << 21,
                // PLL1's and PLL2's dividers, each with its fraction behind it.
                49 | 1 << 9 | 1 << 16 | 1 << 24, 0, 49 | 1 << 9 | 1 << 16 | (divisor - 1) << 24, 0,
            ], registers)
        try change(Offset.control, [control | Self.pllsOn], registers)
        guard try settles(Offset.control, Self.pllsReady, Self.pllsReady) else {
            try lower()
            return false
        }
        let kernel = registers[at: Offset.kernelClocks]
        try change(Offset.kernelClocks, [kernel & ~(3 << 4) | 2 << 4], registers)
        try change(Offset.configuration, [configuration & ~7 | 3], registers)
        guard try settles(Offset.configuration, 7 << 3, 3 << 3) else {
            try lower()
            return false
        }
        return true
    }

    /// Puts everything back, last things first.
    mutating func lower() throws(DebugAccessError) {
        guard !before.isEmpty else { return }
        try memory.writeWord(0, at: controller)
        for change in before.reversed() {
            try memory.writeWords(change.words, at: change.address)
            // A PLL that still drives the core cannot be switched off.
            if change.address == base + Offset.configuration {
                _ = try settles(Offset.configuration, 7 << 3, change.words[0] & 7 << 3)
            }
        }
        before = []
    }

    private func read(_ offset: UInt32) throws(DebugAccessError) -> UInt32 {
        try memory.readWord(at: base + offset)
    }

    /// `registers` is what all held before.
    private mutating func change(
        _ offset: UInt32, _ words: [UInt32], _ registers: [UInt32]
    ) throws(DebugAccessError) {
        let index = Int(offset / 4)
        before.append((base + offset, Array(registers[index..<index + words.count])))
        try memory.writeWords(words, at: base + offset)
    }

    private func settles(_ offset: UInt32, _ mask: UInt32, _ wanted: UInt32) throws(DebugAccessError) -> Bool
    {
        try timebase.poll(within: Self.limit) { () throws(DebugAccessError) in
            try read(offset) & mask == wanted
        }
    }
}

extension [UInt32] {
    fileprivate subscript(at offset: UInt32) -> UInt32 { self[Int(offset / 4)] }
}
