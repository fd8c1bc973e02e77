// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader

/// What a loader did on a simulated board.
package struct TrialReport: Encodable, Sendable {
    package enum Outcome: String, CaseIterable, Encodable, Sendable { case passed, failed, skipped }

    package struct Step: Encodable, Sendable {
        package let name: String
        package let outcome: Outcome
        /// What went wrong, or why it was left out.
        package var text: String?
        package var code: String?
        package var remedies: [String]?
    }
    package struct Command: Encodable, Sendable {
        /// Instruction, and lines of instruction, address and data.
        package let text: String
        package let count: Int
    }
    package struct Run: Encodable, Sendable {
        package let layout: String
        /// What ran on the board before.
        package let before: String
        package internal(set) var steps: [Step] = []
        /// Bytes of stack that were in use at most; absent where the layout does not show it.
        package internal(set) var stackUsed: Int?
        /// The pins that the loader gave to the controller.
        package internal(set) var pins: [String] = []
        package internal(set) var bank: String?
        /// What it told the controller to send.
        package internal(set) var commands: [Command] = []
        /// Writes to registers by peripheral.
        package internal(set) var writes: [String: Int] = [:]
        /// Memory that is not the loader's and was changed.
        package internal(set) var foreignMemory: [RangeReport] = []

        private enum CodingKeys: CodingKey {
            case layout, before, steps, stackUsed, pins, bank, commands, writes, foreignMemory
        }

        package var failure: Step? { steps.first { $0.outcome == .failed } }
    }
    package let board: String
    package internal(set) var runs: [Run] = []

    static let schema = Schema.object([
        .key("board", .text(), "The simulated board that it was tried on."),
        .key("runs", .list(of: Run.schema), "Each layout, cold and after an application."),
    ])
}

extension TrialReport.Step {
    static let schema = Schema.object([
        .key("name", .text(), "What was tried."),
        .key("outcome", .word(TrialReport.Outcome.allCases.map(\.rawValue)), "What became of it."),
        .optional("text", .text(), "What went wrong, or why it was left out."),
        .optional("code", .text(), "The error's or finding's code."),
        .optional("remedies", .list(of: .text()), "What to do about it."),
    ])
}

extension TrialReport.Run {
    fileprivate static let schema = Schema.object([
        .key("layout", .word(LoaderLayout.Style.allCases.map(\.rawValue)), "The layout of the RAM."),
        .key("before", .text(), "What ran on the board before."),
        .key(
            "steps",
            .list(of: TrialReport.Step.schema), "In their order, up to the first that failed."),
        .optional("stackUsed", .count, "Bytes of stack in use at most."),
        .key("pins", .list(of: .text()), "The pins that the loader gave to the QUADSPI."),
        .optional("bank", .text(), "The bank that it selected."),
        .key(
            "commands",
            .list(
                of: .object([
                    .key("text", .text(), "Instruction and lines."), .key("count", .count, "How often."),
                ])), "What the controller was told to send, in the order of first use."),
        .key("writes", .map(of: .count), "Writes to registers by peripheral."),
        .key("foreignMemory", .list(of: RangeReport.schema), "Memory of others that was changed."),
    ])
}
