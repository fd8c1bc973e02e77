// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import FlashLoader

/// What a job had done to the flash when it ended early, and what was seen on the hardware then.
package struct FlashAftermath: Hashable, Sendable {
    package let journal: FlashJournal
    /// Board, controller and flash as they were found when a proof failed, what matters most first.
    ///
    /// Empty where nobody looked; an error of the loader's carries what was found in its own cause.
    package let findings: [LoaderFinding]

    package init(_ journal: FlashJournal, findings: [LoaderFinding] = []) {
        (self.journal, self.findings) = (journal, findings)
    }
}

extension FlashAftermath: CustomStringConvertible {
    /// Begins with a separator; empty when there is nothing to tell.
    package var description: String {
        let seen = findings.filter(\.isTelling).prefix(3).map(\.text)
        return ([journal.isUntouched ? nil : "\(journal)"] + seen).compactMap(\.self)
            .map { "; \($0)" }.joined()
    }
}
