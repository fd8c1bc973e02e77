// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import BenchServer
import Essentials
import Workbench

/// Does to fresh simulated probes what programs did while they were recorded.
struct SimulateReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Play what --record wrote against fresh simulated probes, and compare every answer.",
        discussion: """
            Needs neither the program nor a private bus. The first answer that is not as it was is told with file and \
            line, and ends with exit code \(FailureClass.probeFailed.rawValue). Moments are not compared; what a state \
            directory held is not in a record.
            """)

    @Argument(help: "Files that `extflash simulate --record` wrote.", completion: .file(extensions: ["txt"]))
    var file: [String]

    func run() throws {
        for path in file {
            let played = try reporting { () throws(BenchServerError) in
                try TranscriptPlayer.play(path)
            }
            Simulate.console.result(
                "\(path): \(played.transfers) transfers on \(played.selector), as recorded")
        }
    }
}
