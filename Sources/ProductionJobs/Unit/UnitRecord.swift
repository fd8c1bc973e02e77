// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A unit with both halves of its record.
package struct UnitRecord: Hashable, Sendable {
    package let opening: UnitOpening
    /// Nil while it is in work.
    package let closing: UnitClosing?
    /// Of the first entry, in the chain.
    package let sequence: Int64

    package init(opening: UnitOpening, closing: UnitClosing?, sequence: Int64) {
        (self.opening, self.closing, self.sequence) = (opening, closing, sequence)
    }

    /// What people know the unit by: what was scanned, else its serial number, else its own name.
    package var label: String {
        opening.fields["serial"] ?? opening.serials.min { $0.key < $1.key }?.value ?? opening.unit
    }
    package var started: Timestamp? { Timestamp(opening.startedAt) }
    package var ended: Timestamp? { closing.flatMap { Timestamp($0.endedAt) } }
    /// Seconds that it took, by its bench's clock; of old records from their opening to their end.
    package var seconds: Double? {
        if let seconds = closing?.seconds { return seconds }
        guard let started, let ended, ended >= started else { return nil }
        return Double(ended.milliseconds - started.milliseconds) / 1000
    }
}
