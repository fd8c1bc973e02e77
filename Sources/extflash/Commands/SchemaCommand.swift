// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// Prints the JSON Schemas of the documents that `--json` prints.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of a command's JSON document.",
        discussion: """
            `extflash schema list` names them all. A document grows by new keys without notice; \(JobDocument.version) \
            becomes another version when a key changes its meaning.
            """)

    @Argument(help: "A command, such as program or loader-inspect; or list.")
    var name: String

    func validate() throws {
        guard name == "list" || Self.all.contains(where: { $0.name == name }) else {
            let known = Self.all.map(\.name).joined(separator: ", ")
            throw ValidationError("there is no schema \(name); known: \(known)")
        }
    }

    func run() throws {
        let console = Console()
        if let schema = Self.all.first(where: { $0.name == name }) {
            console.document(schema.text)
        } else {
            for schema in Self.all { console.result(schema.name) }
        }
    }

    /// One for each command with a document, and one for command lines that name none.
    static var all: [DocumentSchema] {
        commands(below: ExtFlash.self).compactMap { ($0 as? any ReportCommand.Type)?.documentSchema }
            + [DocumentSchema(command: DocumentSchema.anyCommand, result: nil)]
    }

    private static func commands(below command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        command.configuration.subcommands.flatMap { [$0] + commands(below: $0) }
    }
}
