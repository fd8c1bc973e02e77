// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Workbench

/// The one document `--json` prints: `schema`, `command`, `ok`, then `result` or `error`.
struct JSONDocument<Result: Encodable>: Encodable {
    /// Grows only by new keys; a change of meaning would make it `extflash/2`.
    let schema = "extflash/1"
    let command: String
    let ok: Bool
    let result: Result?
    let error: ErrorDocument?
    let exitCode: Int32

    private enum CodingKeys: CodingKey { case schema, command, ok, result, error, exitCode }

    static func success(_ result: Result, command: String) -> Self {
        Self(command: command, ok: true, result: result, error: nil, exitCode: 0)
    }
    static func failure(_ error: ErrorReport, command: String, result: Result?) -> Self {
        Self(
            command: command, ok: false, result: result, error: ErrorDocument(error),
            exitCode: error.failureClass.rawValue)
    }

    func text() throws -> String {
        let encoder = JSONEncoder()
        // Sorted, so that two runs can be compared as text.
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// An error with its causes, outermost first.
struct ErrorDocument: Encodable {
    struct Cause: Encodable {
        let code: String
        let summary: String
    }
    let code: String
    let summary: String
    let causes: [Cause]
    let remedies: [String]

    init(_ error: ErrorReport) {
        (code, summary, remedies) = (error.code, error.summary, error.remedies)
        causes = error.causes.map { Cause(code: $0.code, summary: $0.summary) }
    }
}
