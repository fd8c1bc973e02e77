// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials

/// The daemon in the foreground.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a station in the foreground: what follows is for extflashd.",
        discussion: """
            The same as `extflashd`, which is looked for beside extflash, then on PATH. \
            `extflash serve --help` prints extflashd's own help.
            """)

    @Argument(parsing: .captureForPassthrough, help: "What extflashd is given.")
    var arguments: [String] = []

    func run() throws {
        do throws(DaemonProgramError) { try DaemonProgram.run(["serve"] + arguments) } catch {
            let report = ErrorReport(error)
            Console().failure(report)
            throw ExitCode(report.failureClass.rawValue)
        }
    }
}
