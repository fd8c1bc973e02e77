// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// Which of a flash's instructions a made loader uses.
struct InstructionPlan {
    /// How many clocks a read waits, where a register says so.
    struct Waits {
        /// QUADSPI_CCR of the command that reads the register.
        let command: UInt32
        let field: ChipRegisterField
        /// By the field's value, 16 of them.
        let clocks: [UInt8]
    }

    /// One chip's file, of a pair as well.
    let chip: FlashChipDefinition
    let isPair: Bool
    let settings: FlashSettings
    /// QUADSPI_CCR of a read without its functional mode.
    let readCommand: UInt32
    let waits: Waits?
    /// Data comes on four lines, which some parts have to be told to use.
    let usesQuad: Bool
    let fastestClock: Hertz?

    /// What three bytes of address reach.
    private static let shortReach: UInt32 = 1 << 24
    /// By preference.
    ///
    /// Addresses go on one line: reads of that kind have no mode bits that could leave a flash without instructions.
    private static let reads = ["1-1-4", "1-1-2", "1-1-1"]
    private static let programs = ["1-1-4", "1-4-4", "1-1-1"]

    init(_ chip: FlashChipDefinition, isPair: Bool) throws(FlashSettings.Gap) {
        (self.chip, self.isPair) = (chip, isPair)
        let addressBytes =
            chip.size > Self.shortReach && chip.addressBytes < 4
            ? FlashSettings.AddressBytes(count: 4, areFixed: true)
            : FlashSettings.AddressBytes(count: chip.addressBytes, areFixed: false)
        let read = Self.reads.lazy.compactMap { lines in
            // The one that waits, where there are two.
            let fitting = chip.instructions.filter {
                $0.does == .read && $0.condition == nil && !$0.isOnlyInQPI && $0.lines.text == lines
                    && addressBytes.fit($0)
            }
            return fitting.first { $0.dummy != 0 || $0.dummyField != nil } ?? fitting.first
        }.first
        guard let read else {
            throw FlashSettings.Gap(what: "how it is read to its end")
        }
        usesQuad = read.lines.data == 4
        settings = try FlashSettings(
            isPair ? chip.paired : chip, isPair: isPair, addressBytes,
            programs: usesQuad ? Self.programs : ["1-1-1"])
        let factory = read.dummyField.flatMap { chip.register($0.field.register)?.factory } ?? 0
        let clocks = read.dummy ?? read.dummyField?.clocks(for: factory) ?? 0
        guard clocks < 32 else { throw FlashSettings.Gap(what: "how it is read within 31 clocks of waiting") }
        var command = UInt32(read.opcode) | FlashSettings.singleLine | addressBytes.field
        command |= FlashSettings.field(lines: read.lines.address) << 10 | UInt32(clocks) << 18
        command |= FlashSettings.field(lines: read.lines.data) << 24
        if read.modeBits == 8 { command |= FlashSettings.field(lines: read.lines.address) << 14 }
        readCommand = command
        waits = Self.waits(read, chip)
        let isPlain = clocks == 0 && read.modeBits == 0
        fastestClock = isPlain ? chip.clock?.plainRead ?? chip.clock?.maximum : chip.clock?.maximum
    }

    private static func waits(_ read: ChipInstruction, _ chip: FlashChipDefinition) -> Waits? {
        guard read.dummy == nil, let dummy = read.dummyField,
            let register = chip.register(dummy.field.register),
            let opcode = register.read, register.width == 1, dummy.field.bits.count <= 4
        else { return nil }
        let shift = dummy.field.bits.lowerBound
        let clocks = (0...15).map { (value: UInt8) in
            dummy.clocks(for: UInt8(truncatingIfNeeded: UInt32(value) << shift))
        }
        return Waits(command: FlashSettings.registerRead(opcode), field: dummy.field, clocks: clocks)
    }

    /// QUADSPI_CCR of an instruction alone.
    static func command(_ opcode: UInt8) -> UInt32 { FlashSettings.singleLine | UInt32(opcode) }

    var clearFailures: UInt32? { chip.clearFailures.map(Self.command) }
}
