// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Glibc
import Workbench

/// Where the process starts.
@main
enum EntryPoint {
    static func main() {
        // A reader that goes away must not kill us while a flash operation runs.
        signal(SIGPIPE, SIG_IGN)
        StandardStreams.occupyClosed()
        exit(MainThread.run { await CommandLineRun.run(ProcessArguments.current) })
    }
}

/// The command line's root.
struct ExtFlash: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extflash",
        abstract: "Program the external QSPI flash of an STM32H7 through a debug probe.",
        discussion: """
            Results go to standard output, everything meant for people to standard error. With --json, standard \
            output carries exactly one JSON document.

            Try it without hardware: extflash info --probe sim:stlink-v3

            Exit codes: \
            \(exitCodeTable)
            """,
        version: Version.text,
        subcommands: [
            Probes.self, Doctor.self, Info.self, Program.self, Erase.self, Read.self, Verify.self,
            BlankCheck.self,
            Checksum.self, Reset.self, Loader.self, BoardCommand.self,
            FlashCommand.self, TargetCommand.self, Config.self, SchemaCommand.self, Simulate.self,
            Serve.self, StationGroup.self, JobGroup.self, UnitGroup.self, BatchGroup.self, RecipeGroup.self,
            ImageGroup.self,
            RecordsGroup.self, CentralCommand.self,
        ])

    private static var exitCodeTable: String {
        (["0 success"] + FailureClass.allCases.map { "\($0.rawValue) \($0.meaning)" }).joined(
            separator: "; ") + "."
    }
}
