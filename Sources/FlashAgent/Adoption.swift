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
    private(set) var words: [UInt32: UInt32]
    var canEraseChip: Bool { words[AgentSettings.eraseChip] != nil }

    /// CCR.FMODE.
    private static let indirectRead: UInt32 = 1 << 26

    init(_ loader: LoadedLoader, _ state: QuadSPIState) throws(AgentRefusal) {
        guard loader.target.definition.quadSPI.base == AgentController.base else { throw .otherController }
        guard state.isMapped else { throw .notMapped }
        let read = state.communication
        guard read.instructionLines == 1, !read.sendsInstructionOnce else { throw .otherProtocol }
        guard read.rawValue >> 31 == 0 else { throw .doubleRate }
        guard let inspection = loader.inspection, !inspection.isSilent, let chip = loader.chip else {
            throw .unknownFlash
        }
        let isPair = state.control.dualFlash
        // Every command goes to both, and is the first one's.
        guard !isPair || (inspection.chips.count == 2 && Set(inspection.chips.map(\.id)).count == 1) else {
            throw .unlikeFlashes
        }
        (self.chip, self.state) = (chip, state)
        let addressBytes = try Self.addressBytes(read, chip, chips: isPair ? 2 : 1)
        let programs = read.dataLines == 3 ? ["1-1-4", "1-1-1"] : ["1-1-1"]
        do throws(FlashSettings.Gap) {
            words = try FlashSettings(chip, isPair: isPair, addressBytes, programs: programs).words
        } catch {
            throw .notDescribed(error.what, chip: chip.title)
        }
        setController(state)
    }

    private mutating func set(_ setting: UInt32, _ value: UInt32) { words[setting] = value }

    private mutating func setController(_ state: QuadSPIState) {
        var control = state.control
        (control.enable, control.abort, control.automaticPollStop) = (true, false, true)
        control.fifoThreshold = UInt8(AgentSettings.fifoPiece - 1)
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
    }

    /// Bytes of address that generic instructions take now, and whether only instructions with four of their own will do.
    private static func addressBytes(
        _ read: RegisterValue<QuadSPICommunication>, _ chip: FlashChipDefinition, chips: UInt64
    ) throws(AgentRefusal) -> FlashSettings.AddressBytes {
        let count = read.addressSize + 1
        guard UInt64(chip.size) / chips <= 1 << (8 * UInt64(count)) else {
            throw .shortAddresses(chip: chip.title)
        }
        let used = chip.instructions.first { $0.does == .read && $0.opcode == read.instruction }
        return FlashSettings.AddressBytes(count: count, areFixed: used?.addressBytes != nil)
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
    func block(_ placement: AgentPlacement, cyclesPerMicrosecond: UInt32, clock: FastClock?) -> [UInt32] {
        var all = words
        if let clock {
            (all[AgentSettings.control], all[AgentSettings.device]) = clock.adapted(
                words[AgentSettings.control] ?? 0, words[AgentSettings.device] ?? 0)
        }
        all[AgentSettings.keys] = placement.keys
        all[AgentSettings.matches] = placement.matches
        all[AgentSettings.cyclesPerMicrosecond] = cyclesPerMicrosecond
        return (0..<AgentSettings.size / 4).map { all[$0 * 4] ?? 0 }
    }
}
