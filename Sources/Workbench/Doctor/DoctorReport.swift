// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What `doctor` saw on the way from the cable to the flash, step by step.
package struct DoctorReport: JobReport, PartialReport {
    /// In the order in which they are done.
    package enum StepName: String, CaseIterable, Encodable, Sendable {
        case cable, permission, firmware, voltage, wire
        case debugPort = "debug-port"
        case accessPorts = "access-ports"
        case part, cores, memory, board, identity, status, lines, read
    }
    package enum Outcome: String, CaseIterable, Encodable, Sendable {
        case good
        /// Nothing that stops the work, but something to know.
        case noted
        case wrong
        /// It could not be told; the findings say why.
        case unjudged
        case notReached = "not-reached"
    }
    package struct Step: Encodable, Sendable {
        package let name: StepName
        package let title: String
        package internal(set) var outcome = Outcome.notReached
        package internal(set) var findings: [String] = []
        package internal(set) var remedies: [String] = []
    }

    /// The board whose file is believed.
    package let board: String
    package internal(set) var steps = StepName.allCases.map { Step(name: $0, title: $0.title) }
    package internal(set) var probe: ProbeFacts?
    package internal(set) var target: TargetFacts?
    package internal(set) var flash: FlashFacts?
    /// The file with the page, where one was asked for.
    package internal(set) var page: String?
    package internal(set) var failure: WorkbenchError?
    /// Serial numbers of every probe that was seen, so that the page can leave them out.
    var serials: [String] = []

    private enum CodingKeys: CodingKey { case board, steps, probe, target, flash, page }

    init(board: String) { self.board = board }

    /// The step that is wrong.
    package var wrong: Step? { steps.first { $0.outcome == .wrong } }

    package static let schema = Schema.object([
        .key("board", .text(), "The board whose file was believed."),
        .key(
            "steps",
            .list(
                of: .object([
                    .key("name", .word(StepName.allCases.map(\.rawValue)), "The step."),
                    .key("title", .text(), "What is looked at."),
                    .key("outcome", .word(Outcome.allCases.map(\.rawValue)), "What came of it."),
                    .key("findings", .list(of: .text()), "What was seen, or why it could not be judged."),
                    .key("remedies", .list(of: .text()), "What to try."),
                ])), "Every step in its order, also those behind the one that is wrong."),
        .optional("probe", ProbeFacts.schema, "The probe; absent when it could not be opened."),
        .optional("target", TargetFacts.schema, "The target; absent when it could not be held."),
        .optional("flash", FlashFacts.schema, "The flash; absent when none answered."),
        .optional("page", .text(), "The file with the page, where one was asked for."),
    ])
}

extension DoctorReport.StepName {
    var title: String {
        switch self {
        case .cable: "the probe's cable"
        case .permission: "permission to use the probe"
        case .firmware: "the probe's firmware"
        case .voltage: "the board's supply"
        case .wire: "SWD at several speeds"
        case .debugPort: "the debug port"
        case .accessPorts: "the access ports"
        case .part: "the part"
        case .cores: "the cores, and what ran"
        case .memory: "RAM"
        case .board: "pins, clocks and controller"
        case .identity: "the flash's identity"
        case .status: "the flash's parameters and state"
        case .lines: "the flash's data lines"
        case .read: "reading the flash"
        }
    }
}
