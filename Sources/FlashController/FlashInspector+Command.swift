// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

extension FlashInspector {
    /// Holds the command that the controller was left with against what the flash understands.
    ///
    /// That is the one of the map, or the last one that the loader sent. A command on four lines from its opcode on is left
    /// alone: the files say little of that protocol.
    func judgeCommand(
        _ command: RegisterValue<QuadSPICommunication>, of chip: FlashInspection.Chip
    ) -> [FlashFinding] {
        guard command.instructionLines == 1, let part = chip.known(expecting: expected(chip.bank)) else {
            return []
        }
        let opcode = command.instruction
        let choices = (part.instructions + part.doubleRateInstructions).filter { $0.opcode == opcode }
        guard !choices.isEmpty else {
            // Nothing is known of the opcodes of a part without a list.
            if part.instruction(.readID) == nil || part.understands(opcode) { return [] }
            return [.unknownInstruction(bank: chip.bank, opcode)]
        }
        guard command.addressLines > 0, let instruction = choices.first(where: \.isAboutArray) else {
            return []
        }
        guard instruction.isDoubleRate == command.isDoubleRate else {
            return [.otherRate(bank: chip.bank, opcode, isDouble: command.isDoubleRate)]
        }
        return judgeAddress(instruction, of: part, chip, command) + judgeData(instruction, chip, command)
    }

    private func judgeAddress(
        _ instruction: ChipInstruction, of part: FlashChipDefinition, _ chip: FlashInspection.Chip,
        _ command: RegisterValue<QuadSPICommunication>
    ) -> [FlashFinding] {
        let sent = Int(command.addressSize) + 1
        let mode: Int? =
            part.fourByteMode == nil
            ? Int(part.addressBytes) : chip.status?.usesFourByteAddresses.map { $0 ? 4 : 3 }
        if let expected = instruction.addressBytes.map(Int.init) ?? mode, expected != sent {
            return [.otherAddress(bank: chip.bank, instruction.opcode, sent: sent, expected: expected)]
        }
        guard sent < 4, part.size > 1 << 24 else { return [] }
        return [.shortAddress(bank: chip.bank, instruction.opcode, size: part.size)]
    }

    private func judgeData(
        _ instruction: ChipInstruction, _ chip: FlashInspection.Chip,
        _ command: RegisterValue<QuadSPICommunication>
    ) -> [FlashFinding] {
        let lines: (UInt8) -> UInt8 = { $0 == 3 ? 4 : $0 }
        var sent = instruction.lines
        (sent.address, sent.data) = (lines(command.addressLines), lines(command.dataLines))
        let needsData = instruction.does != .erase
        guard sent == instruction.lines || !needsData else {
            return [
                .otherLines(
                    bank: chip.bank, instruction.opcode, sent: sent.text, expected: instruction.lines.text)
            ]
        }
        guard instruction.does == .read else { return [] }
        var clocks = Int(command.dummyCycles)
        if command.alternateLines > 0 {
            let edges = command.isDoubleRate ? 2 : 1
            clocks += 8 * (Int(command.alternateSize) + 1) / Int(lines(command.alternateLines)) / edges
        }
        let registers = chip.status?.byName ?? [:]
        guard let expected = instruction.waitingClocks(registers), expected != clocks else { return [] }
        let source = instruction.dummyField.flatMap { field in
            registers[field.field.register].map { "\(field.field.register) \($0.hex)" }
        }
        return [
            .otherDummy(
                bank: chip.bank, instruction.opcode, sent: clocks, expected: expected, register: source)
        ]
    }
}

extension ChipInstruction {
    /// Its address is a place in the array.
    fileprivate var isAboutArray: Bool { does == .read || does == .program || does == .erase }
}
