// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashController
import HardwareDescription
import TargetControl

extension LoadedLoader {
    func findings(of mortem: CallPostMortem) -> [LoaderFinding] {
        CallDiagnosis(
            program: program, layout: layout, memory: target.core.memory, target: target.definition,
            controller: controller
        ).findings(of: mortem)
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
    /// The next use needs Init.
    func findings(after function: LoaderFunction) -> [LoaderFinding] {
        var findings: [LoaderFinding] = []
        let uncleared = layout.style == .vendor ? Self.unclearedBytes(of: program) : 0
        if uncleared > 0 { findings.append(.memoryNotCleared(uncleared)) }
        do {
            let commands = LoaderFunction.allCases.compactMap { lastCommands[$0] }
            for finding in try inspector.inspect(.status, after: commands).findings {
                // What is protected can still be set up and read.
                if case .writeProtected = finding, function == .initialize || function == .read { continue }
                findings.append(.flash(finding))
            }
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
}
