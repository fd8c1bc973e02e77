// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// How a flash is asked and changed, by its file, as the words of ``AgentSettings`` that this concerns.
///
/// A pair of flashes that works as one memory is told as one chip of twice the size.
struct FlashSettings: Hashable, Sendable {
    /// What the chip's file does not say, in a clause.
    struct Gap: Error, Hashable, Sendable { let what: String }

    private let chip: FlashChipDefinition
    private let isPair: Bool
    /// By offset.
    private(set) var words: [UInt32: UInt32] = [:]

    /// Twice the data sheet's maximum: the limit finds what hangs, not what is slow.
    private static let margin = 2.0
    /// The fields of QUADSPI_CCR for an instruction on one line, and for a byte of data on one line.
    static let singleLine: UInt32 = 1 << 8
    private static let singleLineData: UInt32 = 1 << 24

    /// Bytes of address that instructions take: those that always take so many, or those that follow the addressing mode.
    struct AddressBytes: Hashable, Sendable {
        let count: UInt8
        let areFixed: Bool

        func fit(_ instruction: ChipInstruction) -> Bool {
            (instruction.addressBytes != nil) == areFixed && instruction.addressBytes ?? count == count
        }
        /// In QUADSPI_CCR.
        var field: UInt32 { UInt32(count - 1) << 12 }
    }

    /// `programs` are lines of program instructions, the first that the chip has counts.
    init(
        _ chip: FlashChipDefinition, isPair: Bool, _ addressBytes: AddressBytes, programs: [String]
    ) throws(Gap) {
        (self.chip, self.isPair) = (chip, isPair)
        set(AgentSettings.page, chip.page)
        set(AgentSettings.registerLength, isPair ? 1 : 0)
        try setStatus()
        setFailures()
        try setProgram(addressBytes, programs)
        try setErases(addressBytes)
    }

    private mutating func set(_ setting: UInt32, _ value: UInt32) { words[setting] = value }

    // MARK: Status

    /// The bits of a register, of both registers of a pair.
    static func both(_ bits: UInt32, _ isPair: Bool) -> UInt32 { isPair ? bits | bits << 8 : bits }
    private func both(_ bits: UInt32) -> UInt32 { Self.both(bits, isPair) }

    /// An instruction that answers with a register on one line.
    static func registerRead(_ opcode: UInt8) -> UInt32 { singleLineData | singleLine | UInt32(opcode) }

    private mutating func setStatus() throws(Gap) {
        guard let busy = chip.busy, let read = chip.register(busy.register)?.read else {
            throw Gap(what: "how it tells that it is busy")
        }
        guard let enabled = chip.writeEnabled, let enabledRead = chip.register(enabled.register)?.read else {
            throw Gap(what: "how it tells that it may be written")
        }
        let enable = chip.instruction(.writeEnable)?.opcode ?? 0x06
        set(AgentSettings.writeEnable, Self.singleLine | UInt32(enable))
        set(AgentSettings.status, Self.registerRead(read))
        set(AgentSettings.busyMask, both(1 << busy.bit))
        set(AgentSettings.readyMatch, busy.value == 0 ? both(1 << busy.bit) : 0)
        set(AgentSettings.enabledStatus, Self.registerRead(enabledRead))
        set(AgentSettings.enabledMask, both(1 << enabled.bit))
        set(AgentSettings.enabledMatch, enabled.value == 0 ? 0 : both(1 << enabled.bit))
    }

    private mutating func setFailures() {
        guard let first = chip.failures.first?.condition.register, let read = chip.register(first)?.read
        else { return }
        var (mask, success): (UInt32, UInt32) = (0, 0)
        for failure in chip.failures where failure.condition.register == first {
            mask |= 1 << failure.condition.bit
            if failure.condition.value == 0 { success |= 1 << failure.condition.bit }
        }
        set(AgentSettings.failure, Self.registerRead(read))
        set(AgentSettings.failureMask, both(mask))
        set(AgentSettings.successMatch, both(success))
    }

    // MARK: Changing

    /// The first that does it, whatever registers say.
    static func instruction(
        _ purpose: ChipInstruction.Purpose, of chip: FlashChipDefinition,
        isUsable: (ChipInstruction) -> Bool = { _ in true }
    ) -> ChipInstruction? {
        chip.instructions.first {
            $0.does == purpose && $0.condition == nil && $0.stretch == nil && !$0.isOnlyInQPI && isUsable($0)
        }
    }

    /// QUADSPI_CCR's numbers for 1, 2 and 4 lines.
    static func field(lines: UInt8) -> UInt32 { lines == 4 ? 3 : UInt32(lines) }

    private mutating func setProgram(_ addressBytes: AddressBytes, _ programs: [String]) throws(Gap) {
        let program = programs.lazy.compactMap { [chip] lines in
            Self.instruction(.program, of: chip) { addressBytes.fit($0) && $0.lines.text == lines }
        }.first
        guard let program, let time = program.time ?? chip.pageProgram else {
            throw Gap(what: "how it is programmed")
        }
        set(
            AgentSettings.program,
            UInt32(program.opcode) | Self.singleLine | Self.field(lines: program.lines.address) << 10
                | addressBytes.field | Self.field(lines: program.lines.data) << 24)
        set(AgentSettings.programLimit, Self.limit(time.maximum))
    }

    private mutating func setErases(_ addressBytes: AddressBytes) throws(Gap) {
        // Of several dies one alone tells whether it is busy: nobody would know when the last has finished.
        if chip.dies == 1, let whole = Self.instruction(.eraseChip, of: chip), let time = whole.time {
            set(AgentSettings.eraseChip, Self.singleLine | UInt32(whole.opcode))
            set(AgentSettings.eraseChipLimit, Self.limit(time.maximum))
        }
        var units: [UInt32: ChipInstruction] = [:]
        for instruction in chip.instructions
        where instruction.does == .erase && instruction.condition == nil && instruction.stretch == nil
            && !instruction.isOnlyInQPI && addressBytes.fit(instruction) && instruction.time != nil
        {
            if let unit = instruction.unit, units[unit] == nil { units[unit] = instruction }
        }
        let ordered = units.sorted { $0.key < $1.key }.prefix(Int(AgentSettings.mostErases))
        guard !ordered.isEmpty else { throw Gap(what: "how it is erased") }
        set(AgentSettings.eraseCount, UInt32(ordered.count))
        for (index, unit) in ordered.enumerated() {
            let place = AgentSettings.erases + UInt32(index) * AgentSettings.eraseSize
            set(place, unit.key)
            set(place + 4, UInt32(unit.value.opcode) | Self.singleLine | 1 << 10 | addressBytes.field)
            set(place + 8, Self.limit(unit.value.time?.maximum ?? .zero))
        }
    }

    /// Microseconds.
    static func limit(_ maximum: Duration) -> UInt32 {
        UInt32(clamping: Int64((maximum.seconds * margin * 1_000_000).rounded(.up)))
    }
}
