// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import FlashController
package import FlashLoader

/// What a job had done to the flash when it ended early, and what was seen on the hardware then.
package struct FlashAftermath: Hashable, Sendable {
    package let journal: FlashJournal
    /// Board, controller and flash as they were found when a proof failed, what matters most first.
    ///
    /// Empty where nobody looked; an error of the loader's carries what was found in its own cause.
    package let findings: [LoaderFinding]
    /// What the range of the operation that failed was found to hold afterwards; nil where nobody looked.
    package let state: FlashRangeState?

    /// Whether the look found the flash protected.
    var saysProtected: Bool {
        findings.contains { if case .flash(.writeProtected(_, _, _)) = $0 { true } else { false } }
    }

    package init(_ journal: FlashJournal, findings: [LoaderFinding] = [], state: FlashRangeState? = nil) {
        (self.journal, self.findings, self.state) = (journal, findings, state)
    }

    /// Against what was seen on the hardware; nil where nothing was seen that may be the cause.
    var remedies: [String]? {
        let remedies = findings.filter(\.isTelling).compactMap(\.remedy).reduce(into: [String]()) {
            list, remedy in
            if !list.contains(remedy) { list.append(remedy) }
        }
        return remedies.isEmpty ? nil : remedies
    }

    /// The same with a journal that knows of what was done since.
    func updated(_ journal: FlashJournal) -> FlashAftermath {
        FlashAftermath(journal, findings: findings, state: state)
    }
}

/// What a range holds after an operation on it failed.
package enum FlashRangeState: Hashable, Sendable {
    /// Byte for byte what it held before.
    case unchanged
    /// After an erase: where it was looked at before and after (`samples` bytes), it holds the same.
    case seemsUnchanged(samples: Int, BlankFinding)
    /// All of it is blank, as after an erase that worked.
    case blank
    /// After an erase: not all of it is blank.
    case notBlank(BlankFinding)
    /// After a write: all that was to be written is there.
    case written
    /// After a write: not all of it is there.
    case notWritten(VerifyFinding)
}

extension FlashAftermath: CustomStringConvertible {
    /// Begins with a separator; empty when there is nothing to tell.
    ///
    /// What was erased and programmed is not in it: ``FlashJournal/summary`` tells it, once for the whole job.
    package var description: String {
        let seen = findings.filter(\.isTelling).prefix(3).map(\.text)
        let parts = [state.map { "\($0)" }].compactMap(\.self) + seen
        return parts.map { "; \($0)" }.joined()
    }
}

extension FlashRangeState: CustomStringConvertible {
    /// With "it" for the range.
    package var description: String {
        switch self {
        case .unchanged: "it holds what it held before"
        case .seemsUnchanged(let samples, let finding) where samples == finding.checkedBytes:
            "it holds what it held before, and \(finding)"
        case .seemsUnchanged(let samples, let finding):
            "it seems unchanged: the \(samples) bytes looked at before and after are the same, and \(finding)"
        case .blank: "yet all of it is blank now"
        case .notBlank(let finding): "now \(finding)"
        case .written: "yet it holds what was to be written"
        case .notWritten(let finding): "now \(finding)"
        }
    }
}
