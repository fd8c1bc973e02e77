// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// The targets as data.
struct TargetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "target", abstract: "List the targets that --target takes.", subcommands: [List.self])

    struct List: DefinitionListCommand {
        typealias Report = TargetListReport
        static let documentName = "target list"
        static let configuration = CommandConfiguration(abstract: "List the targets.")

        @OptionGroup var output: ReportOptions

        func describe(_ target: TargetListReport.Definition) -> String {
            target.title
        }
    }
}
