// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

extension FlashInspector {
    /// Where the loader looks nothing answers, or not all of it: looks elsewhere.
    ///
    /// First whether the flash only works on something, then on the other bank, then with everything as the board's file has it.
    func search(
        from state: QuadSPIState, into inspection: inout FlashInspection
    ) throws(FlashControllerError) {
        let silent = state.banks.filter { bank in !inspection.chips.contains { $0.bank == bank } }
        // All lines carry the instructions: the loader had the flash change its protocol, and only Init could do so again.
        if state.communication.instructionLines == 3 { return }
        if try findBusy(silent, into: &inspection) { return }
        // Woken here at the latest: what is told of a flash that slept would be wrong.
        inspection.isAsFound = false
        if state.banks.count == 1 {
            let other = 3 - state.banks[0]
            if board == nil || board?.bank(other) != nil {
                try controller.select([other], from: state)
                if let id = try answer(), !id.isSilence {
                    inspection.findings.append(.answersOnBank(other, id: id))
                }
                try controller.select(state.banks, from: state)
            }
        }
        guard let board else { return }
        let banks = silent.allSatisfy { board.bank($0) == nil } ? board.banks.map(\.number) : silent
        try controller.undoing { () throws(FlashControllerError) in
            for bank in banks {
                try controller.connect(board, to: board.mode == .dual ? [1, 2] : [bank])
                _ = try controller.execute(.endContinuousReading)
                if let chip = expected(bank) { try inspector.wake(chip) }
                let answers = try inspector.identifications().map { Array($0.prefix(3)) }
                let index = answers.count == 1 ? 0 : bank - 1
                guard index < answers.count, !answers[index].isSilence else { continue }
                inspection.findings.append(.answersWithBoardSetUp(bank: bank, id: answers[index]))
            }
        }
    }

    private func answer() throws(FlashControllerError) -> [UInt8]? {
        _ = try controller.execute(.endContinuousReading)
        return try inspector.identifications().first.map { Array($0.prefix(3)) }
    }

    /// A flash answers with nothing but its status while it erases or programs.
    func findBusy(
        _ banks: [Int], into inspection: inout FlashInspection
    ) throws(FlashControllerError) -> Bool {
        var isFound = false
        for bank in banks {
            guard let chip = expected(bank), let states = try inspector.isBusy(chip) else { continue }
            let index = inspection.banks.firstIndex(of: bank) ?? 0
            guard index < states.count, states[index] else { continue }
            inspection.findings.removeAll { if case .silent(bank, _) = $0 { true } else { false } }
            inspection.findings.append(.busy(bank: bank))
            isFound = true
        }
        return isFound
    }
}
