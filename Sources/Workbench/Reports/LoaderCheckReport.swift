// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import HardwareDescription

/// What will go wrong with a loader, by its file.
package struct LoaderCheckReport: JobReport, PartialReport {
    package struct Finding: Encodable, Sendable {
        package let code: String
        package let severity: String
        package let text: String
        package let remedy: String
        /// The instruction or symbol that shows it.
        package let address: String?
        /// The same as function and source line.
        package let place: String?
    }

    package let file: String
    package let format: String
    package let target: String
    package let board: String?
    package let layout: String
    package let findings: [Finding]
    /// The board that it was tried on, where none was named and Init shows one.
    package let inferredBoard: InferredBoardFacts?
    /// What it did on a simulated board; absent where it was not tried.
    package let trial: TrialReport?
    /// Whether it works in the layout that was asked for, as far as its file says.
    package let verdict: Verdict
    package let failure: WorkbenchError?

    package enum Verdict: String, CaseIterable, Encodable, Sendable {
        case sound
        /// Something is told, but nothing that keeps it from working in this layout.
        case works
        case fails
    }

    private enum CodingKeys: CodingKey {
        case file, format, target, board, layout, findings, inferredBoard, trial, verdict
    }

    package static let schema = Schema.object([
        .key("file", .text(), "The loader file."),
        .key("format", .word(LoaderFormat.allCases.map(\.rawValue)), "Whose interface it has."),
        .key("target", .text(), "The target that it was held against."),
        .optional("board", .text(), "The board that it was held against."),
        .key("layout", .word(LoaderLayout.Style.allCases.map(\.rawValue)), "Whose layout of the RAM counts."),
        .key(
            "findings",
            .list(
                of: .object([
                    .key("code", .text(), "Never changes its meaning."),
                    .key(
                        "severity", .word(LintFinding.Severity.allCases.map(\.rawValue)),
                        "Whom it concerns: everybody, ST's tool, or boards that fail."),
                    .key("text", .text(), "What is wrong."),
                    .key("remedy", .text(), "What to do about it."),
                    .optional("address", .address, "The instruction or symbol that shows it."),
                    .optional("place", .text(), "The same as function and source line."),
                ])), "What was found, by code."),
        .optional(
            "inferredBoard", InferredBoardFacts.schema, "The board by what Init does, where none was named."),
        .optional("trial", TrialReport.schema, "What it did on a simulated board."),
        .key("verdict", .word(Verdict.allCases.map(\.rawValue)), "What follows for the layout asked for."),
    ])
}

extension LoaderCheckReport {
    init(
        _ path: String, _ loader: LoaderFile, target: TargetDefinition, board: BoardDefinition?,
        layout: LoaderLayout.Style, findings: [LintFinding], inferred: InferredBoard?,
        trial: TrialReport?
    ) {
        let fatal = findings.filter { finding in
            finding.severity == .failure || finding.severity == .vendor && layout == .vendor
        }
        let failed = (trial?.runs ?? []).filter { $0.layout == layout.rawValue }.compactMap(\.failure?.code)
        let codes = Set(fatal.map(\.code) + failed).sorted()
        let tells = !findings.isEmpty || trial?.runs.contains { $0.failure != nil } ?? false
        self.init(
            file: path, format: loader.abi.format.rawValue, target: target.name, board: board?.name,
            layout: layout.rawValue, findings: findings.map(Finding.init),
            inferredBoard: inferred.map(InferredBoardFacts.init), trial: trial,
            verdict: !codes.isEmpty ? .fails : tells ? .works : .sound,
            failure: codes.isEmpty ? nil : .loaderUnsound(loader: loader.fileName, codes: codes))
    }
}

extension LoaderCheckReport.Finding {
    init(_ finding: LintFinding) {
        self.init(
            code: finding.code, severity: finding.severity.rawValue, text: finding.text,
            remedy: finding.remedy, address: finding.address?.hex, place: finding.place)
    }
}
