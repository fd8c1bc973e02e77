// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials

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
}
