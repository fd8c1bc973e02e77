// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// JUnit XML, a test case per unit, as continuous-integration servers and some lines read it.
struct JUnitExport: RecordExport {
    let title: String

    func begin() -> String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            + "  <testsuite name=\"\(title.escapedForMarkup())\">\n"
    }

    func unit(_ unit: UnitRecord) -> String {
        let seconds = Format.decimal(unit.seconds ?? 0, 3)
        let head =
            "    <testcase classname=\"\(unit.opening.slot.escapedForMarkup())\""
            + " name=\"\(unit.label.escapedForMarkup())\" time=\"\(seconds)\""
            + " timestamp=\"\(unit.opening.startedAt.escapedForMarkup())\">"
        return head + "\n" + outcome(of: unit) + "    </testcase>\n"
    }

    func end() -> String { "  </testsuite>\n</testsuites>\n" }

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
