// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A report as one page of HTML that needs nothing else, to attach to a question in a forum.
///
/// Serial numbers and unique ids are left out: they say nothing about a fault, and who it belongs to.
struct DoctorPage {
    private let report: DoctorReport

    init(_ report: DoctorReport) { self.report = report }

    var text: String { report.serials.reduce(page) { $0.replacing(Self.escaped($1), with: "…") } }

    private var page: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>extflash doctor: \(Self.escaped(report.board))</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <main>
        <h1>\(verdict)</h1>
        <p class="about">extflash \(Self.escaped(Version.text)), board file <code>\(Self.escaped(report.board))</code>. \
        Serial numbers and unique ids are left out.</p>
        \(diagnosis)
        <h2>Steps</h2>
        <ol>
        \(report.steps.map(item).joined(separator: "\n"))
        </ol>
        \(facts)
        </main>
        </body>
        </html>

        """
    }

    private var verdict: String {
        if let wrong = report.wrong { return "Something is wrong: \(Self.escaped(wrong.title))" }
        let unjudged = report.steps.count { $0.outcome == .unjudged }
        return unjudged == 0
            ? "Everything is in order"
            : "Nothing is wrong; \(Format.count(unjudged, "step")) could not be judged"
    }

    private var diagnosis: String {
        guard let wrong = report.wrong else { return "" }
        let lines = wrong.findings.map { "<p>\(Self.escaped($0))</p>" }.joined(separator: "\n")
        let tries = wrong.remedies.map { "<li>\(Self.escaped($0))</li>" }.joined(separator: "\n")
        return """
            <section class="diagnosis">
            \(lines)
            \(tries.isEmpty ? "" : "<h2>What to try</h2>\n<ul>\n\(tries)\n</ul>")
            </section>
            """
    }

    private func item(_ step: DoctorReport.Step) -> String {
        let details =
            (step.findings.map { Self.escaped($0) }
            + step.remedies.map { "try: \(Self.escaped($0))" }).map { "<li>\($0)</li>" }.joined(
                separator: "\n")
        return """
            <li class="\(step.outcome.rawValue)"><span class="mark">\(step.outcome.word)</span> \
            <strong>\(Self.escaped(step.title))</strong>
            \(details.isEmpty ? "" : "<ul>\n\(details)\n</ul>")</li>
            """
    }

    private var facts: String {
        var rows: [(String, String?)] = []
        if let probe = report.probe {
            rows += [("Probe", probe.product), ("Firmware", probe.firmware)]
        }
        if let target = report.target {
            rows += [
                ("Target", target.title), ("Connection", target.connection),
                ("SWD clock", target.swdClockHertz.map { "\(Hertz($0))" }),
            ]
        }
        for bank in report.flash?.banks ?? [] {
            rows.append(
                (
                    "Flash on bank \(bank.bank)",
                    bank.answers ? bank.chips?.joined(separator: " or ") : "no answer"
                ))
            rows += [("JEDEC id", bank.jedecID), ("Status", bank.status)]
        }
        let cells = rows.compactMap { name, value in
            value.map { "<tr><th>\(Self.escaped(name))</th><td>\(Self.escaped($0))</td></tr>" }
        }
        return cells.isEmpty
            ? "" : "<h2>What was found</h2>\n<table>\n\(cells.joined(separator: "\n"))\n</table>"
    }

    /// Text of a board's file or a chip is no markup.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    private static let style = """
        :root { color-scheme: light dark; --good: #1a7f37; --note: #9a6700; --wrong: #c1121f; --rest: #6e7781; --line: #8884; }
        @media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --note: #d4a72c; --wrong: #ff7b72; --rest: #9198a1; } }
        body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 2rem 1rem; }
        main { max-width: 50rem; margin: auto; }
        h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
        h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
        .about { color: var(--rest); margin: 0 0 1rem; }
        .diagnosis { border-left: .3rem solid var(--wrong); padding: .25rem 1rem; background: #c1121f12; }
        .diagnosis h2 { margin-top: .75rem; }
        ol { list-style: none; padding: 0; margin: 0; }
        ol > li { border-top: 1px solid var(--line); padding: .5rem 0; }
        ol ul { margin: .15rem 0 0; padding-left: 9rem; color: var(--rest); font-size: .9rem; }
        .mark { display: inline-block; width: 8rem; font-weight: 600; }
        .good .mark { color: var(--good); }
        .noted .mark, .unjudged .mark { color: var(--note); }
        .wrong .mark { color: var(--wrong); }
        .not-reached { color: var(--rest); }
        table { border-collapse: collapse; }
        th, td { text-align: left; padding: .2rem 1.5rem .2rem 0; vertical-align: top; overflow-wrap: anywhere; }
        th { font-weight: 600; white-space: nowrap; }
        """
}

extension DoctorReport.Outcome {
    /// For people; a sign and a word, so that no colour is needed.
    package var word: String {
        switch self {
        case .good: "✓ good"
        case .noted: "! note"
        case .wrong: "✗ wrong"
        case .unjudged: "? unjudged"
        case .notReached: "– not reached"
        }
    }
}
