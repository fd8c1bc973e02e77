// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Foundation
import StationServer

/// The station that programs boards all day, and what looks after its folder while it does not run.
@main
struct ExtFlashDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extflashd",
        abstract: "Program boards in the slots of a fixture, and keep a record of every unit.",
        discussion: """
            Without a command it serves: extflashd --config FILE --state DIR. See `extflashd serve --help`.
            """,
        version: Version.text, subcommands: [Serve.self, RecordsGroup.self, CentralGroup.self],
        defaultSubcommand: Serve.self)

    /// Looks at the machine first: without /proc not even the arguments can be read.
    static func main() async {
        do throws(StationError) { try ThreadFolder.check() } catch {
            FileHandle.standardError.write(Data((error.description + "\n").utf8))
            exit(withError: ExitCode(FailureClass(of: error).rawValue))
        }
        await main(nil)
    }
}
