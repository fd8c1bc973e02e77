// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import FlashLoader
import FlashProgramming
import HardwareDescription
import TargetControl

/// What a loader's Init set up and the chip's file says, as the agent needs it.
///
/// Bank, clock, sampling and the read instruction are the loader's, as they were seen to work; everything else is from the
/// description of the chip that answered.
struct Adoption: Hashable, Sendable {
    let chip: FlashChipDefinition
    /// The controller as Init left it.
    let state: QuadSPIState
    /// The words at ``AgentRing/settings``, by offset.
    private(set) var words: [UInt32: UInt32] = [:]
    let canEraseChip: Bool

    /// Twice the data sheet's maximum: the limit finds what hangs, not what is slow.
    private static let margin = 2.0
    /// CCR.FMODE and the fields of an instruction.
    private static let indirectRead: UInt32 = 1 << 26
    private static let singleLine: UInt32 = 1 << 8

    init(_ loader: LoadedLoader, _ state: QuadSPIState) throws(AgentRefusal) {
        guard loader.target.definition.quadSPI.base == AgentController.base else { throw .otherController }
        guard state.isMapped else { throw .notMapped }
        guard !state.control.dualFlash else { throw .twoFlashes }
        let read = state.communication
        guard read.instructionLines == 1, !read.sendsInstructionOnce else { throw .otherProtocol }
        guard read.rawValue >> 31 == 0 else { throw .doubleRate }
        guard loader.inspection?.isSilent == false, let chip = loader.chip else { throw .unknownFlash }
        (self.chip, self.state) = (chip, state)
        canEraseChip = Self.instruction(.eraseChip, of: chip, isUsable: { _ in true })?.time != nil
        setController(state)
        try setStatus()
        try setChanges(addressBytes: Self.addressBytes(read, chip), isQuad: read.dataLines == 3)
    }

    private mutating func set(_ setting: UInt32, _ value: UInt32) { words[setting] = value }

    private mutating func setController(_ state: QuadSPIState) {
        var control = state.control
        (control.enable, control.abort, control.automaticPollStop) = (true, false, true)
        control.fifoThreshold = 15
        set(AgentSettings.control, control.rawValue)
        // Twice what the loader says where that can be said: reads near the end of the map hang (ES0392 §2.7.5).
        var device = state.device
        if device.size < 30 { device.size += 1 }
        set(AgentSettings.device, device.rawValue)
        let mode = state.communication.rawValue & ~(3 << 26)
        set(AgentSettings.read, mode | Self.indirectRead)
        set(AgentSettings.map, mode | 3 << 26)
        // Mode bits of all ones: of no flash do they mean that the next read comes without an instruction.
        set(AgentSettings.alternate, .max)
        set(AgentSettings.writeEnable, Self.singleLine | 0x06)
        set(AgentSettings.page, chip.page)
    }

    // MARK: Status

    private mutating func setStatus() throws(AgentRefusal) {
        guard let busy = chip.busy, let enabled = chip.writeEnabled, busy.register == enabled.register,
            let read = chip.register(busy.register)?.read
        else { throw .notDescribed("how it tells that it is busy", chip: chip.title) }
        let enable = chip.instruction(.writeEnable)?.opcode ?? 0x06
        set(AgentSettings.writeEnable, Self.singleLine | UInt32(enable))
        set(AgentSettings.status, Self.registerRead(read))
        set(AgentSettings.busyMask, 1 << busy.bit)
        set(AgentSettings.readyMatch, busy.value == 0 ? 1 << busy.bit : 0)
        set(AgentSettings.enabledMask, 1 << busy.bit | 1 << enabled.bit)
        set(
            AgentSettings.enabledMatch,
            (busy.value == 0 ? 1 << busy.bit : 0) | (enabled.value == 0 ? 0 : 1 << enabled.bit))
        guard let first = chip.failures.first?.condition.register, let read = chip.register(first)?.read
        else {
            return
        }
        var (mask, success): (UInt32, UInt32) = (0, 0)
        for failure in chip.failures where failure.condition.register == first {
            mask |= 1 << failure.condition.bit
            if failure.condition.value == 0 { success |= 1 << failure.condition.bit }
        }
        set(AgentSettings.failure, Self.registerRead(read))
        set(AgentSettings.failureMask, mask)
        set(AgentSettings.successMatch, success)
    }

    /// An instruction that answers one byte on one line.
    private static func registerRead(_ opcode: UInt8) -> UInt32 { 1 << 24 | singleLine | UInt32(opcode) }

    // MARK: Changing

    /// Bytes of address that generic instructions take now, and whether only instructions with four of their own will do.
    private static func addressBytes(
        _ read: RegisterValue<QuadSPICommunication>, _ chip: FlashChipDefinition
    ) throws(AgentRefusal) -> (count: UInt8, areFixed: Bool) {
        let count = read.addressSize + 1
        guard UInt64(chip.size) <= 1 << (8 * UInt64(count)) else { throw .shortAddresses(chip: chip.title) }
        let used = chip.instructions.first { $0.does == .read && $0.opcode == read.instruction }
        return (count, used?.addressBytes != nil)
    }

    private static func instruction(
        _ purpose: ChipInstruction.Purpose, of chip: FlashChipDefinition,
        isUsable: (ChipInstruction) -> Bool
    ) -> ChipInstruction? {
        chip.instructions.first {
            $0.does == purpose && $0.condition == nil && $0.stretch == nil && !$0.isOnlyInQPI && isUsable($0)
        }
    }

    private mutating func setChanges(
        addressBytes: (count: UInt8, areFixed: Bool), isQuad: Bool
    ) throws(AgentRefusal) {
        let fits = { (instruction: ChipInstruction) in
            (instruction.addressBytes != nil) == addressBytes.areFixed
                && instruction.addressBytes ?? addressBytes.count == addressBytes.count
        }
        let find = { [chip] (lines: String) in
            Self.instruction(.program, of: chip) { fits($0) && $0.lines.text == lines }
        }
        guard let program = (isQuad ? find("1-1-4") : nil) ?? find("1-1-1"),
            let time = program.time ?? chip.pageProgram
        else { throw .notDescribed("how it is programmed", chip: chip.title) }
        let address = Self.singleLine | 1 << 10 | UInt32(addressBytes.count - 1) << 12
        set(
            AgentSettings.program,
            UInt32(program.opcode) | address | (program.lines.data == 4 ? 3 : 1) << 24)
        set(AgentSettings.programLimit, Self.limit(time.maximum))
        if let whole = Self.instruction(.eraseChip, of: chip, isUsable: { _ in true }), let time = whole.time
        {
            set(AgentSettings.eraseChip, Self.singleLine | UInt32(whole.opcode))
            set(AgentSettings.eraseChipLimit, Self.limit(time.maximum))
        }
        try setErases(address, fits)
    }

    private mutating func setErases(
        _ address: UInt32, _ fits: (ChipInstruction) -> Bool
    ) throws(AgentRefusal) {
        var units: [UInt32: ChipInstruction] = [:]
        for instruction in chip.instructions
        where instruction.does == .erase && instruction.condition == nil && instruction.stretch == nil
            && !instruction.isOnlyInQPI && fits(instruction) && instruction.time != nil
        {
            if let unit = instruction.unit, units[unit] == nil { units[unit] = instruction }
        }
        let ordered = units.sorted { $0.key < $1.key }.prefix(Int(AgentSettings.mostErases))
        guard !ordered.isEmpty else { throw .notDescribed("how it is erased", chip: chip.title) }
        set(AgentSettings.eraseCount, UInt32(ordered.count))
        for (index, unit) in ordered.enumerated() {
            let place = AgentSettings.erases + UInt32(index) * AgentSettings.eraseSize
            set(place, unit.key)
            set(place + 4, UInt32(unit.value.opcode) | address)
            set(place + 8, Self.limit(unit.value.time?.maximum ?? .zero))
        }
    }

    private static func limit(_ maximum: Duration) -> UInt32 {
        UInt32(clamping: Int64((maximum.seconds * margin * 1_000_000).rounded(.up)))
    }

    /// Sectors of another kind than the chip erases are the loader's own business.
    func checkErases(_ geometry: FlashGeometry) throws(AgentRefusal) {
        let smallest = Int(words[AgentSettings.erases] ?? 0)
        let start = geometry.readableRange.bounds.lowerBound
        for run in geometry.runs
        where smallest == 0 || run.size % smallest != 0 || (Int(run.start) - start) % smallest != 0 {
            throw .notDescribed("how \(run.size) bytes are erased", chip: chip.title)
        }
    }

    /// The settings as one block.
    func block(tables: UInt32, cyclesPerMicrosecond: UInt32, clock: FastClock?) -> [UInt32] {
        var all = words
        if let clock {
            (all[AgentSettings.control], all[AgentSettings.device]) = clock.adapted(
                words[AgentSettings.control] ?? 0, words[AgentSettings.device] ?? 0)
        }
        all[AgentSettings.tables] = tables
        all[AgentSettings.cyclesPerMicrosecond] = cyclesPerMicrosecond
        let count = (AgentSettings.erases + AgentSettings.mostErases * AgentSettings.eraseSize) / 4
        return (0..<count).map { all[$0 * 4] ?? 0 }
    }
}
