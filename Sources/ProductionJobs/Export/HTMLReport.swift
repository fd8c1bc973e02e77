// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// One page that can be printed: yield by slot and by hour, the causes of failure, and the time each unit took.
struct HTMLReport: RecordExport {
    let title: String
    private var summary = YieldSummary()

    init(title: String) { self.title = title }

    func begin() -> String { "" }
    mutating func unit(_ unit: UnitRecord) -> String {
        summary.add(unit)
        return ""
    }

    func end() -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(title.escapedForMarkup())</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>\(Self.style)</style></head><body>
        <h1>\(title.escapedForMarkup())</h1>
        \(headline)
        \(origin)
        \(section("Yield by slot", table(summary.slots.sorted { $0.key < $1.key }, heading: "Slot")))
        \(section("Yield by hour (UTC)", table(hours, heading: "Hour")))
        \(section("Causes of failure", errorTable))
        \(section("Time of each good unit", TimeChart(summary.times).svg))
        </body></html>

        """
    }

    private var hours: [(key: String, value: Yield)] {
        summary.hours.sorted { $0.key < $1.key }.map { ($0.key.replacing("T", with: " ") + ":00", $0.value) }
    }

    private var headline: String {
        let yield = summary.total
        let counts = Verdict.allCases.compactMap { verdict in
            yield.counts[verdict].map { "\($0) \(verdict.rawValue)" }
        }
        let work = summary.inWork > 0 ? ["\(summary.inWork) in work"] : []
        let all = (counts + work).joined(separator: ", ")
        return "<p class=\"headline\">Yield \(percent(yield)): \(all.isEmpty ? "no unit" : all).</p>"
    }

    /// What was made, when and where.
    private var origin: String {
        var parts: [String] = []
        func add(_ name: String, _ values: Set<String>) {
            guard !values.isEmpty else { return }
            parts.append("\(name) " + values.sorted().joined(separator: ", "))
        }
        add("recipe", summary.recipes)
        add("work order", summary.workOrders)
        add("station", summary.stations)
        if let first = summary.first, let last = summary.last { parts.append("\(first) to \(last)") }
        return parts.isEmpty ? "" : "<p>\(parts.joined(separator: "; ").escapedForMarkup())</p>"
    }

    private func section(_ name: String, _ body: String) -> String {
        body.isEmpty ? "" : "<section><h2>\(name)</h2>\(body)</section>"
    }

    private func table(_ rows: [(key: String, value: Yield)], heading: String) -> String {
        guard !rows.isEmpty else { return "" }
        let body = rows.map { name, yield in
            let share = Format.decimal(100 * (yield.share ?? 0), 1)
            return "<tr><th scope=\"row\">\(name.escapedForMarkup())</th><td>\(yield.good)</td>"
                + "<td>\(yield.tried - yield.good)</td><td>\(percent(yield))</td>"
                + "<td class=\"bar\"><span style=\"width:\(share)%\"></span></td></tr>"
        }
        return "<table><thead><tr><th scope=\"col\">\(heading)</th><th scope=\"col\">Good</th>"
            + "<th scope=\"col\">Not good</th><th scope=\"col\">Yield</th><th></th></tr></thead><tbody>"
            + body.joined(separator: "\n") + "</tbody></table>"
    }

    private var errorTable: String {
        guard !summary.errors.isEmpty else { return "" }
        let rows = summary.errors.sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }.map {
            code, error in
            "<tr><th scope=\"row\">\(code.escapedForMarkup())</th><td>\(error.count)</td>"
                + "<td class=\"text\">\(error.summary.escapedForMarkup())</td></tr>"
        }
        return "<table><thead><tr><th scope=\"col\">Code</th><th scope=\"col\">Units</th>"
            + "<th class=\"text\" scope=\"col\">First of them</th></tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table>"
    }

    private func percent(_ yield: Yield) -> String {
        yield.share.map { Format.decimal(100 * $0, 1) + " %" } ?? "none"
    }

    private static let style = """
        body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#111;background:#fff}
        h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}.headline{font-size:1.2rem;font-weight:600}
        table{border-collapse:collapse;width:100%}th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #ccc}
        th:first-child,.text{text-align:left}th:first-child{white-space:nowrap}td.bar{width:30%;text-align:left}
        td.bar span{display:block;height:.8rem;background:#2b6cb0}svg{width:100%;height:auto}
        @media print{body{margin:0;max-width:none}section{break-inside:avoid}}
        """
}

/// Seconds per unit, in the order the units were done.
private struct TimeChart {
    let times: [(slot: String, seconds: Double)]

    init(_ times: [(slot: String, seconds: Double)]) { self.times = times }

    var svg: String {
        guard let longest = times.map(\.seconds).max(), longest > 0 else { return "" }
        let (width, height, left) = (900.0, 260.0, 60.0)
        func number(_ value: Double) -> String { Format.decimal(value, 1) }
        let points = times.enumerated().map { index, time in
            let x = left + (width - left - 10) * (Double(index) + 0.5) / Double(times.count)
            let y = 10 + (height - 40) * (1 - time.seconds / longest)
            return "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"3\"><title>"
                + "\(time.slot.escapedForMarkup()): \(Format.decimal(time.seconds, 2)) s</title></circle>"
        }
        let base = number(height - 30)
        return """
            <svg viewBox="0 0 \(number(width)) \(number(height))" role="img" aria-label="Seconds per unit">
            <line x1="\(left)" y1="\(base)" x2="\(width)" y2="\(base)" stroke="#888"/>
            <line x1="\(left)" y1="10" x2="\(left)" y2="\(base)" stroke="#888"/>
            <text x="\(left - 6)" y="16" text-anchor="end" font-size="12">\(Format.decimal(longest, 1)) s</text>
            <text x="\(left - 6)" y="\(base)" text-anchor="end" font-size="12">0 s</text>
            <text x="\(number(width))" y="\(number(height - 8))" text-anchor="end" font-size="12">\(times.count) units, the last on the right</text>
            <g fill="#2b6cb0">\(points.joined())</g></svg>
            """
    }
}
