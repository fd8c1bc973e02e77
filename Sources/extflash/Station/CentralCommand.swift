// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials

/// The database that stations share; extflash itself links no library for it.
struct CentralCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "central",
        abstract: "Set up and check the database that stations share: what follows is for extflashd.",
        discussion: """
            init makes the tables, pool makes a pool of serial numbers, check looks whether what is there is whole. \
            `extflash central --help` prints extflashd's own help.
            """)

    @Argument(parsing: .captureForPassthrough, help: "What extflashd central is given.")
    var arguments: [String] = []

    func run() throws {
        do throws(DaemonProgramError) { try DaemonProgram.run(["central"] + arguments) } catch {
            let report = ErrorReport(error)
            Console().failure(report)
            throw ExitCode(report.failureClass.rawValue)
        }
    }
}
