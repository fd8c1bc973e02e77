// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// JUnit XML, a test case per unit, as continuous-integration servers and some lines read it.
struct JUnitExport: RecordExport {
    let title: String
    let counts: [String: Int]

    /// Readers that hold the file against a schema want the counts before the cases.
    func begin() -> String {
        func count(_ verdicts: Verdict...) -> Int { verdicts.reduce(0) { $0 + (counts[$1.rawValue] ?? 0) } }
        let skipped = count(.cancelled, .refused) + (counts["running"] ?? 0)
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            + "  <testsuite name=\"\(title.escapedForMarkup())\" tests=\"\(counts.values.reduce(0, +))\""
            + " failures=\"\(count(.failed))\" errors=\"\(count(.interrupted))\" skipped=\"\(skipped)\">\n"
    }

    func unit(_ unit: UnitRecord) -> String {
        let seconds = Format.decimal(unit.seconds ?? 0, 3)
        let head =
            "    <testcase classname=\"\(unit.opening.slot.escapedForMarkup())\""
            + " name=\"\(unit.label.escapedForMarkup())\" time=\"\(seconds)\">"
        return head + "\n" + outcome(of: unit) + facts(of: unit) + "    </testcase>\n"
    }

    func end() -> String { "  </testsuite>\n</testsuites>\n" }

    private func facts(of unit: UnitRecord) -> String {
        var lines = [
            "unit \(unit.opening.unit)", "started \(unit.opening.startedAt)",
            "recipe \(unit.opening.recipe.name) \(unit.opening.recipe.hash)",
        ]
        lines += unit.opening.serials.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        if let number = unit.closing?.microcontroller?.uniqueID { lines.append("microcontroller \(number)") }
        return "      <system-out>\(lines.joined(separator: "\n").escapedForMarkup())</system-out>\n"
    }

    private func outcome(of unit: UnitRecord) -> String {
        guard let closing = unit.closing else { return "      <skipped message=\"in work\"/>\n" }
        let error = closing.error
        let message = (error?.summary ?? closing.verdict.rawValue).escapedForMarkup()
        let type = (error?.code ?? closing.verdict.rawValue).escapedForMarkup()
        let detail = ((error?.causes ?? []) + (error?.remedies ?? []).map { "try: \($0)" })
            .joined(separator: "\n").escapedForMarkup()
        return switch closing.verdict {
        case .good: ""
        case .failed:
            "      <failure message=\"\(message)\" type=\"\(type)\">\(detail)</failure>\n"
        case .interrupted: "      <error message=\"\(message)\" type=\"\(type)\">\(detail)</error>\n"
        case .cancelled, .refused: "      <skipped message=\"\(message)\"/>\n"
        }
    }
}
