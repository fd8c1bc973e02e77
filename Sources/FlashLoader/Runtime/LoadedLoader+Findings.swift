// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import HardwareDescription
import TargetControl

extension LoadedLoader {
    func findings(of mortem: CallPostMortem) -> [LoaderFinding] {
        CallDiagnosis(image: image, layout: layout, memory: target.core.memory).findings(of: mortem)
    }

    /// Board, controller and flash as they are now, for a proof that failed although every call said that it succeeded.
    ///
    /// The next use needs Init.
    package func look() -> [LoaderFinding] {
        defer { forget() }
        return findings(after: .sectorErase)
    }

    /// The board and the flash after a function failed: what is not as it should be, and what the flash answers.
    ///
    /// Changes the controller's state, which nobody relies on any more.
    func findings(after function: LoaderFunction) -> [LoaderFinding] {
        var findings: [LoaderFinding] = []
        let uncleared = layout.style == .vendor ? Self.unclearedBytes(of: image) : 0
        if uncleared > 0 { findings.append(.memoryNotCleared(uncleared)) }
        do {
            if let board = options.board { findings += try controller.compare(with: board) }
            guard try controller.isClocked(), try controller.state().control.enable else { return findings }
            let id = try controller.jedecID()
            if id.allSatisfy({ $0 == 0xFF }) || id.allSatisfy({ $0 == 0x00 }) {
                // While it erases or programs, its status is all that it answers with (W25Q128JV §6.1).
                let status = try controller.statusRegisters()
                if status.first != 0xFF, status.isBusy { return findings + [.flashBusy] }
                let answer = try answerWithBoardSetUp()
                return findings + (answer.isEmpty ? [.flashSilent(id)] : answer)
            }
            findings += try self.findings(ofFlash: id, after: function)
        } catch {
            findings.append(.unreadable("the flash", code: error.code))
        }
        return findings
    }

    /// As ``findings(after:)`` for an Init that did not come back: what it had not come to yet is no fault of its own.
    func findings(afterInterrupted function: LoaderFunction) -> [LoaderFinding] {
        if function == .initialize {
            do {
                guard try controller.isClocked(), try controller.state().control.enable else {
                    return [.boardNotReached]
                }
            } catch {
                return [.unreadable("the QUADSPI", code: error.code)]
            }
        }
        return findings(after: function)
    }

    /// Asks again with the controller as the board file says.
    private func answerWithBoardSetUp() throws(LoaderError) -> [LoaderFinding] {
        guard let board = options.board else { return [] }
        try controller.configure(for: board)
        try controller.wake()
        let id = try controller.jedecID()
        return Set(id).count > 1 ? [.answersWithBoardSetUp(id)] : []
    }

    private func findings(
        ofFlash id: [UInt8], after function: LoaderFunction
    ) throws(LoaderError) -> [LoaderFinding] {
        var findings: [LoaderFinding] = []
        let status = try controller.statusRegisters()
        if status.protectsAnything, function != .initialize, function != .read {
            findings.append(.writeProtected(status))
        }
        if status.isBusy { findings.append(.flashBusy) }
        if !status.isQuadEnabled { findings.append(.quadDisabled) }
        let isExpected = options.chip?.isIdentified(by: id) ?? true
        findings.append(.flashIdentified(id, isExpected: isExpected))
        return findings
    }
}
