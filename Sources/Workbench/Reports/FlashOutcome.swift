// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import FlashProgramming

/// Where a job that ended early has left the flash.
package struct FlashOutcome: Encodable, Sendable {
    /// Erased, and nothing was written there since.
    package let erased: [RangeReport]
    /// Written completely, as far as the loader says.
    package let programmed: [RangeReport]
    /// Read back and right.
    package let verified: [RangeReport]
    /// An erase or a write began and its end was not seen.
    package let unknown: [RangeReport]
    /// Bytes beside the image that are not proven to be back.
    package let lost: [RangeReport]
    /// What the same command does when it is given again.
    package let repetition: String

    /// The same for people, a line for each kind of state that there is, and one for a repetition.
    package let lines: [String]

    private enum CodingKeys: CodingKey { case erased, programmed, verified, unknown, lost, repetition }

    /// - Returns: nil when the job ended before it looked at the flash.
    package init?(of error: any Diagnosable) {
        guard let summary = Self.journal(of: error)?.summary else { return nil }
        erased = summary.erased.map(RangeReport.init)
        programmed = summary.programmed.map(RangeReport.init)
        verified = summary.verified.map(RangeReport.init)
        unknown = summary.unknown.map(RangeReport.init)
        lost = summary.lost.map(RangeReport.init)
        repetition = summary.repetition.rawValue
        // Why it ended early is told by the error, and may end a repetition as well.
        lines = summary.repetition == .startsOver ? ["the flash was not changed"] : summary.lines
    }

    private static func journal(of error: any Diagnosable) -> FlashJournal? {
        switch error {
        case let error as FlashError: error.journal
        case WorkbenchError.step(_, let inner): journal(of: inner)
        default: error.cause.flatMap { journal(of: $0) }
        }
    }

    static let schema = Schema.object([
        .key("erased", .list(of: RangeReport.schema), "Erased, and nothing was written there since."),
        .key("programmed", .list(of: RangeReport.schema), "Written completely, as far as the loader says."),
        .key(
            "verified", .list(of: RangeReport.schema),
            "Read back and right: parts of `programmed`, and what was right already."),
        .key(
            "unknown", .list(of: RangeReport.schema),
            "An erase or a write began here, and its end was not seen."),
        .key(
            "lost", .list(of: RangeReport.schema),
            "Bytes beside the images that shared a sector with them and are not proven to be back."),
        .key(
            "repetition", .word(FlashJournal.Repetition.allCases.map(\.rawValue)),
            """
            What the same command does when it is given again: everything (starts-over), what is missing (completes), \
            or what is missing without the bytes in `lost` (completes-with-loss).
            """),
    ])
}
