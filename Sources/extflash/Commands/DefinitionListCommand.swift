// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// A command that lists definitions by name, and names the files that it could not use.
protocol DefinitionListCommand: ConfigCommand where Report: DefinitionList {
    /// What stands beside the name.
    func describe(_ definition: Report.Definition) -> String
}

extension DefinitionListCommand {
    func report() throws(WorkbenchError) -> Report {
        try Report(ConfigurationLibrary(RunContext.current.paths))
    }

    func render(_ report: Report, on console: Console) {
        var table = Table()
        for definition in report.definitions { table.add(definition.name, describe(definition)) }
        for line in table.lines { console.result(line) }
        for file in report.unusable {
            let affected = file.affects.isEmpty ? "" : " (used by \(file.affects.joined(separator: ", ")))"
            console.note("warning: \(file.problem)\(affected)")
        }
    }
}

extension CompletionKind {
    static let boards = names(.boards)

    /// The names in force of a kind of configuration.
    static func names(_ kind: ConfigurationKind) -> CompletionKind {
        .custom { _, _, _ in
            do throws(WorkbenchError) {
                return try ConfigurationLibrary(RunContext.current.paths).names(kind).filter {
                    !$0.contains("/")
                }
            } catch {
                // Completion has no place for words: there is nothing to offer.
                return []
            }
        }
    }
}
