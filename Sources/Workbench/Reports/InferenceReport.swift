// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The board file of a loader.
package struct InferenceReport: JobReport {
    package let loader: String
    package let board: InferredBoardFacts
    /// The board file.
    package let text: String
    /// Where it was written; nil: nowhere.
    package let file: String?

    package static let schema = Schema.object([
        .key("loader", .text(), "The loader file."),
        .key("board", InferredBoardFacts.schema, "What its Init shows, and the parts that it works with."),
        .key("text", .text(), "The board file."),
        .optional("file", .text(), "Where it was written."),
    ])
}
