// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import HardwareDescription

extension FlashInspector {
    /// Bytes of one sample; a multiple of what the FIFO holds.
    private static var sampleSize: Int { 1024 }
    /// A line is faulty when it is so in each of as many reads: a contact that fails now and then is not told by one.
    private static var lineRounds: Int { 3 }

    /// Examines `board` from its pins to its data, with clocks, pins and controller set up by its file and put back afterwards.
    ///
    /// As ``inspect(setUpBy:)``, and all that can be told of traces and data lines besides. Nothing in the flash is changed.
    package func examine(_ board: BoardDefinition) throws(FlashControllerError) -> BoardExamination {
        var result = BoardExamination()
        result.asFound = try controller.compare(with: board)
        try controller.borrowing { (state) throws(FlashControllerError) in
            try controller.release()
            result.inspection.isAsFound =
                !state.mayReadContinuously || state.communication.instructionLines != 0
            result.traces = try controller.checkTraces(of: board)
            if result.traces.contains(where: \.isCertain) { return }
            for banks in board.mode == .dual ? [[1, 2]] : board.banks.map({ [$0.number] }) {
                try controller.connect(board, to: banks)
                for finding in try controller.compare(with: board) where !result.refused.contains(finding) {
                    result.refused.append(finding)
                }
                guard result.refused.isEmpty else { return }
                let found = try look(at: banks, afterQPI: state.communication.instructionLines == 3) {
                    (found) throws(FlashControllerError) in
                    guard found.chips.count == banks.count, !found.chips.contains(where: \.isBusy) else {
                        return
                    }
                    try prove(found, on: board, into: &result)
                    try sample(found, into: &result)
                }
                result.inspection.add(found)
            }
            conclude(&result.inspection, on: board)
        }
        return result
    }

    // MARK: Lines

    private func prove(
        _ found: FlashInspection, on board: BoardDefinition, into result: inout BoardExamination
    ) throws(FlashControllerError) {
        let isAlike = found.chips.allSatisfy { $0.id == found.chips[0].id }
        let chip = found.chips[0].known(expecting: expected(found.chips[0].bank))
        guard let chip, isAlike else {
            for bank in found.banks {
                result.lines[bank] = [.impossible("no file says how this flash is read on several lines")]
            }
            return
        }
        let hasQuad = chip.quadEnable == nil || found.chips.allSatisfy { $0.status?.isQuadEnabled == true }
        var proofs: [Int: [BoardExamination.LineProof]] = [:]
        for lines in [2, 4] as [UInt8] {
            var refusal: String?
            var command: SerialCommand?
            if lines == 4, !hasQuad {
                refusal = "the flash does not drive IO2 and IO3: its quad enable bit is not set"
            } else {
                command = try inspector.read(of: chip, onLines: lines)
                if command == nil {
                    refusal = "the flash has no read on \(lines) lines that needs no more than this"
                }
            }
            for (index, bank) in found.banks.enumerated() {
                let pins = board.bank(bank)?.pins ?? []
                if let command {
                    proofs[bank, default: []].append(try prove(command, of: chip, at: index, pins))
                } else if let refusal {
                    proofs[bank, default: []].append(.impossible(refusal))
                }
            }
        }
        result.lines.merge(proofs) { $1 }
    }

    /// Reads the same bytes on one line and on several, with these pulled up and down: an open one follows the resistor.
    private func prove(
        _ command: SerialCommand, of chip: FlashChipDefinition, at index: Int, _ pins: [BoardDefinition.Pin]
    ) throws(FlashControllerError) -> BoardExamination.LineProof {
        let data = pins.filter { $0.signal.line.map { $0 < Int(command.dataLines) } ?? false }
        let count = controller.readLimit / (try controller.banks.count)
        var wanted = command
        wanted.count = count
        var faulty: UInt8 = 0
        for up in [false, true] {
            try controller.pullData(data, up: up)
            var always: UInt8 = 0xF
            for _ in 0..<Self.lineRounds {
                let straight = try inspector.read(count, at: 0, of: chip)[index]
                let answer = try controller.execute(wanted)[index]
                let difference = zip(straight, answer).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) }
                // Each clock brings as many bits as there are lines, the highest on the last one.
                let width = command.dataLines
                var lines: UInt8 = 0
                for bit in 0..<UInt8(8) where difference >> bit & 1 == 1 { lines |= 1 << (bit % width) }
                always &= lines
            }
            faulty |= always
        }
        let bad = data.filter { pin in pin.signal.line.map { faulty >> UInt8($0) & 1 == 1 } ?? false }
        return bad.isEmpty ? .proven(lines: Int(command.dataLines), bytes: count) : .faulty(bad)
    }

    // MARK: Data

    private func sample(
        _ found: FlashInspection, into result: inout BoardExamination
    ) throws(FlashControllerError) {
        let chip = found.fittedChip(expecting: expected(found.chips[0].bank))
        let known = found.chips[0].known(expecting: expected(found.chips[0].bank))
        var offsets: [UInt32] = [0]
        if let size = chip?.size, size > UInt32(Self.sampleSize) {
            offsets.append(size - UInt32(Self.sampleSize))
        }
        for offset in offsets {
            let first = try inspector.read(Self.sampleSize, at: offset, of: known)
            let second = try inspector.read(Self.sampleSize, at: offset, of: known)
            for (index, bank) in found.banks.enumerated() where index < first.count && index < second.count {
                result.samples[bank, default: []].append(
                    BoardExamination.Sample(offset: offset, first: first[index], second: second[index]))
            }
        }
    }
}

extension FlashInspection.Chip {
    fileprivate var isBusy: Bool { status?.isBusy == true }
}

extension BoardDefinition.Signal {
    /// 0...3; nil for clock and chip select.
    fileprivate var line: Int? {
        switch self {
        case .data0: 0
        case .data1: 1
        case .data2: 2
        case .data3: 3
        case .clock, .select: nil
        }
    }
}
