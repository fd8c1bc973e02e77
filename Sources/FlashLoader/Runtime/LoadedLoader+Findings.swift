// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import HardwareDescription
import TargetControl

extension LoadedLoader {
    /// Where the core was and why, in the loader's own terms.
    func findings(of mortem: CallPostMortem) -> [LoaderFinding] {
        var findings: [LoaderFinding] = []
        let stack = layout.stack
        if let pointer = mortem.samples.last?.sp, pointer < stack.lowerBound || pointer > stack.upperBound {
            findings.append(.stackPointerOutside(pointer, stack: stack))
        }
        findings += mortem.fault.isFault ? self.findings(of: mortem.fault) : places(in: mortem.samples)
        if let overwritten = firstOverwrittenCode() { findings.append(overwritten) }
        if let used = mortem.stackUsed { findings.append(.stackUsed(used, of: mortem.stackSize)) }
        return findings
    }

    /// The frame's addresses as places in the loader.
    private func findings(of fault: FaultReport) -> [LoaderFinding] {
        var inWords = fault
        inWords.frame = nil
        let lines = inWords.lines.map(LoaderFinding.fault)
        let status = fault.configurable
        // What could not be stacked cannot be read back.
        guard let frame = fault.frame, !status.busStacking, !status.memoryStacking else { return lines }
        return lines + [.faultedIn(image.describe(frame.pc))] + caller(frame.lr)
    }

    /// Most samples first; equal ones in the order seen.
    private func places(in samples: [CallPostMortem.Sample]) -> [LoaderFinding] {
        var places: [(name: String, count: Int)] = []
        for name in samples.map({ image.describe($0.pc) }) {
            if let index = places.firstIndex(where: { $0.name == name }) {
                places[index].count += 1
            } else {
                places.append((name, 1))
            }
        }
        let ordered = places.enumerated().sorted {
            ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
        }
        return ordered.prefix(3).map { item in
            .place(item.element.name, samples: item.element.count, of: samples.count)
        } + (samples.last.map { caller($0.lr) } ?? [])
    }

    /// Where a link register points to, if it is into the loader.
    private func caller(_ link: UInt32) -> [LoaderFinding] {
        guard link & ~1 != layout.returnTrap, image.code.contains(where: { $0.contains(UInt64(link & ~1)) })
        else { return [] }
        return [.calledFrom(image.describe((link & ~1) &- 4))]
    }

    /// Compares the loader's code in RAM with the file.
    private func firstOverwrittenCode() -> LoaderFinding? {
        for range in image.code {
            guard let expected = image.bytes(in: range) else { continue }
            let address = UInt32(truncatingIfNeeded: range.lowerBound)
            do {
                let found = try target.core.memory.read(expected.count, at: address)
                guard
                    let index = expected.indices.first(where: {
                        expected[$0] != found[$0 - expected.startIndex]
                    })
                else { continue }
                let place = address + UInt32(index - expected.startIndex)
                return .codeOverwritten(at: place, place: image.describe(place))
            } catch {
                return .unreadable("the loader's code", code: error.code)
            }
        }
        return nil
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
