// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import TargetDescription

extension LoadedLoader {
    /// Where the core was and why, in the loader's own terms.
    func findings(of mortem: CallPostMortem) -> [LoaderFinding] {
        var findings = mortem.fault.isFault ? mortem.fault.lines.map(LoaderFinding.fault) : []
        if mortem.fault.isFault, let frame = mortem.fault.frame {
            findings.append(.place(image.describe(frame.pc), samples: 1, of: 1))
        } else {
            var places: [(name: String, count: Int)] = []
            for name in mortem.samples.map({ image.describe($0.pc) }) {
                if let index = places.firstIndex(where: { $0.name == name }) {
                    places[index].count += 1
                } else {
                    places.append((name, 1))
                }
            }
            // Most samples first; equal ones in the order seen.
            let ordered = places.enumerated().sorted {
                ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
            }
            findings += ordered.prefix(3).map { item in
                .place(item.element.name, samples: item.element.count, of: mortem.samples.count)
            }
            if let caller = mortem.samples.last?.lr, caller < 0xFFFF_FF00, caller & ~1 != layout.returnTrap {
                findings.append(.calledFrom(image.describe(caller &- 4)))
            }
        }
        if let overwritten = firstOverwrittenCode() { findings.append(overwritten) }
        if let used = mortem.stackUsed { findings.append(.stackUsed(used, of: mortem.stackSize)) }
        return findings
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

    /// The board and the flash after a function failed: what is not as it should be, and what the flash answers.
    ///
    /// Changes the controller's state, which nobody relies on any more.
    func findings(after function: LoaderFunction) -> [LoaderFinding] {
        var findings: [LoaderFinding] = []
        do {
            if let board = options.board { findings += try controller.compare(with: board) }
            guard try controller.isClocked(), try controller.state().control.enable else { return findings }
            let id = try controller.jedecID()
            if id.allSatisfy({ $0 == 0xFF }) || id.allSatisfy({ $0 == 0x00 }) {
                return findings + [.flashSilent(id)] + (try answerWithBoardSetUp())
            }
            findings += try self.findings(ofFlash: id, after: function)
        } catch {
            findings.append(.unreadable("the flash", code: error.code))
        }
        return findings
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
        let isExpected = options.chip?.identifications.contains(id) ?? true
        findings.append(.flashIdentified(id, isExpected: isExpected))
        return findings
    }
}
