// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The schema of the document that one command prints.
package struct DocumentSchema: Sendable {
    /// `loader-inspect`: as `extflash schema` takes it, and the name of the installed file.
    package let name: String
    /// `loader inspect`.
    package let command: String
    /// Nil for documents that never have a result.
    package let result: Schema?
    /// Whether a failure says where the flash was left.
    package let tellsOutcome: Bool

    package init(command: String, result: Schema?, tellsOutcome: Bool = false) {
        name = command.replacing(" ", with: "-")
        (self.command, self.result, self.tellsOutcome) = (command, result, tellsOutcome)
    }

    package var text: String { JSONText.of(json) }

    private var json: JSONValue {
        var properties: [String: JSONValue] = [
            "schema": ["const": .string(JobDocument.version)],
            "command": command == Self.anyCommand ? ["type": "string"] : ["const": .string(command)],
            "ok": ["type": "boolean", "description": "Whether the command did what it was asked."],
            "exitCode": [
                "type": "integer", "minimum": 0, "maximum": 255,
                "description": "The exit code of the process; 0 when `ok`.",
            ],
            "error": described(ErrorReport.schema, "What went wrong, and what to try."),
            "host": described(
                HostUsage.schema, "What the job cost this machine; all else is the same in every run."),
        ]
        if tellsOutcome {
            properties["flash"] = described(
                FlashOutcome.schema,
                "Where a job that failed or was stopped has left the flash; absent when it had not looked at it."
            )
        }
        if let result { properties["result"] = described(result, "What was done or found.") }
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": .string("urn:\(JobDocument.version.replacing("/", with: ":")):\(name)"),
            "title": .string("extflash \(command) --json"),
            "type": "object",
            "properties": .object(properties),
            "required": ["schema", "command", "ok", "exitCode"],
            "if": ["properties": ["ok": ["const": true]]],
            "then": ["required": result == nil ? [] : ["result"]],
            "else": ["required": ["error"]],
        ]
    }

    private func described(_ schema: Schema, _ about: String) -> JSONValue {
        guard case .object(var keys) = schema.json else { return schema.json }
        keys["description"] = .string(about)
        return .object(keys)
    }

    /// The document of a command line that was not understood as far as its command.
    package static let anyCommand = "extflash"
}

extension ErrorReport {
    static let schema: Schema = {
        let entry = Schema.object([
            .key("code", .text(pattern: "^[A-Z]{3}-[0-9]{3}$"), "The error's code, which never changes."),
            .key("summary", .text(), "What happened, with the values involved."),
        ])
        return .object([
            .key(
                "class", .word(FailureClass.allCases.map(\.name)),
                "The class of failure that the exit code stands for."),
            .key("code", .text(pattern: "^[A-Z]{3}-[0-9]{3}$"), "The error's code, which never changes."),
            .key("summary", .text(), "What happened, with the values involved."),
            .key("causes", .list(of: entry), "What led to it, outermost first."),
            .key("passedThrough", .list(of: entry), "The steps on the way that have nothing to add."),
            .key("remedies", .list(of: .text()), "What to try, most likely first."),
        ])
    }()
}
