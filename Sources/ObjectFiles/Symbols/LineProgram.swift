// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The header of one unit in .debug_line, and the program behind it (DWARF 5 §6.2).
struct LineProgram {
    /// Paths by file number; version 5 counts from 0, earlier ones from 1 (their 0 is unused here).
    private(set) var fileNames: [String] = []

    private var program: DWARFCursor
    private let minimumInstructionLength: UInt64
    private let defaultIsStatement: Bool
    private let lineBase: Int64
    private let lineRange: UInt64
    private let opcodeBase: UInt8
    /// Numbers of operands of the standard opcodes, from opcode 1.
    private let operandCounts: [UInt8]

    /// Reads the next unit; nil at the end and where nothing sensible follows.
    init?(_ cursor: inout DWARFCursor, _ strings: LineStrings) {
        guard var length = cursor.unsigned(4) else { return nil }
        let is64Bit = length == 0xFFFF_FFFF
        if is64Bit {
            guard let long = cursor.unsigned(8) else { return nil }
            length = long
        }
        guard var unit = cursor.take(length), let version = unit.unsigned(2), (2...5).contains(version) else {
            return nil
        }
        // Version 5: address size and segment selector size.
        if version == 5, !unit.skip(2) { return nil }
        guard let headerLength = unit.unsigned(is64Bit ? 8 : 4), var header = unit.take(headerLength),
            let minimum = header.byte()
        else { return nil }
        // Maximum operations per instruction, for VLIW machines.
        if version >= 4, !header.skip(1) { return nil }
        guard let isStatement = header.byte(), let base = header.byte(), let range = header.byte(), range > 0,
            let opcodes = header.byte(), opcodes > 0
        else { return nil }
        var counts: [UInt8] = []
        for _ in 1..<opcodes {
            guard let count = header.byte() else { return nil }
            counts.append(count)
        }
        program = unit
        minimumInstructionLength = UInt64(minimum)
        defaultIsStatement = isStatement != 0
        lineBase = Int64(Int8(bitPattern: base))
        (lineRange, opcodeBase, operandCounts) = (UInt64(range), opcodes, counts)
        fileNames =
            version == 5
            ? LineFileTable.version5(&header, strings, is64Bit: is64Bit)
            : LineFileTable.early(&header)
    }

    /// A row of the table: code from `start` up to `end` comes from `line`.
    struct Row {
        var start, end, line, file: UInt32
    }

    /// The state machine's registers that matter here.
    private struct State {
        var address: UInt64 = 0
        var file: UInt64 = 1
        var line: Int64 = 1
    }

    /// Executes the program and hands over each stretch as its end becomes known.
    func run(_ emit: (Row) -> Void) {
        var cursor = program
        var state = State()
        var previous: State?
        func row(isEnd: Bool = false) {
            if let previous, state.address > previous.address {
                emit(
                    Row(
                        start: UInt32(clamping: previous.address), end: UInt32(clamping: state.address),
                        line: UInt32(clamping: previous.line), file: UInt32(clamping: previous.file)))
            }
            previous = isEnd ? nil : state
        }
        while let opcode = cursor.byte() {
            if opcode >= opcodeBase {
                let adjusted = UInt64(opcode - opcodeBase)
                state.address &+= adjusted / lineRange &* minimumInstructionLength
                state.line &+= lineBase &+ Int64(adjusted % lineRange)
                row()
                continue
            }
            switch opcode {
            case 0:
                guard let length = cursor.leb(), var extended = cursor.take(length) else { return }
                switch extended.byte() {
                case 1:
                    row(isEnd: true)
                    state = State()
                case 2:
                    if let address = extended.unsigned(Int(clamping: length) - 1) { state.address = address }
                default: break
                }
            case 1: row()
            case 2:
                guard let advance = cursor.leb() else { return }
                state.address &+= advance &* minimumInstructionLength
            case 3:
                guard let advance = cursor.signedLEB() else { return }
                state.line &+= advance
            case 4:
                guard let file = cursor.leb() else { return }
                state.file = file
            case 8: state.address &+= UInt64(255 - opcodeBase) / lineRange &* minimumInstructionLength
            case 9:
                guard let advance = cursor.unsigned(2) else { return }
                state.address &+= advance
            default:
                // Column, statement, block and prologue marks, and what later versions add.
                for _ in 0..<operandCounts[Int(opcode) - 1] where cursor.leb() == nil { return }
            }
        }
    }
}
