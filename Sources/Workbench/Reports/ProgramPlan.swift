// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming

/// What `program --dry-run` found that it would do.
package struct ProgramPlan: Encodable, Sendable {
    package let erasesChip: Bool
    /// Whole sectors, those included in which something beside the images is put back.
    package let erases: [RangeReport]
    /// Whole pages.
    package let programs: [RangeReport]
    /// Sectors that hold what they should.
    package let unchanged: [RangeReport]
    /// At the flash's typical times and the rate the link has shown, from now on.
    package let predictedSeconds: Double

    init(_ forecast: FlashForecast) {
        let plan = forecast.plan
        erasesChip = plan.erasesChip
        (erases, programs, unchanged) = (plan.erased.report, plan.programmed.report, plan.unchanged.report)
        predictedSeconds = forecast.duration.reportedSeconds
    }

    static let schema = Schema.object([
        .key("erasesChip", .flag, "Whether the chip would be erased as a whole."),
        .key("erases", .list(of: RangeReport.schema), "Sectors that would be erased."),
        .key("programs", .list(of: RangeReport.schema), "Pages that would be programmed."),
        .key("unchanged", .list(of: RangeReport.schema), "Sectors that hold what they should."),
        .key("predictedSeconds", .number, "How long it would probably take, at typical times."),
    ])

    /// For a person: sizes, and where it begins to matter.
    package var text: String {
        func size(_ ranges: [RangeReport]) -> String {
            let bytes = ranges.reduce(UInt64(0)) { $0 + $1.bytes }
            return "\(Format.count(Int(bytes), "byte")) in \(Format.count(ranges.count, "range"))"
        }
        var parts: [String] = []
        if erasesChip { parts.append("erase the whole chip") }
        if !erases.isEmpty { parts.append("erase \(size(erases))") }
        if !programs.isEmpty { parts.append("program \(size(programs))") }
        guard !parts.isEmpty else {
            return "Nothing was changed, and nothing would be: the flash holds the image."
        }
        return "Nothing was changed; would \(parts.joined(separator: ", ")), in about "
            + "\(Format.time(.seconds(predictedSeconds)))."
    }
}
