// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import FlashLoader
import FlashProgramming
import StationClient
import TargetControl
import Workbench

/// Where `program` has a station do the job.
struct StationProgramOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Have a station do it: `--station`, or `--station=` with its socket or URL.",
            discussion: """
                Default: the variable EXTFLASH_STATION, else \(StationAddress.defaultSocket). Over a network an \
                engineer's token is needed, as for the commands that ask a station.
                """,
            valueName: "socket|url"))
    var station: String?
    @Option(
        help: "With --station: the slot (default: the one whose probe --probe names, else any that is free).")
    var slot: String?
    @Option(help: "With --station: a file that holds the token.", completion: .file())
    var tokenFile: String?
    @Option(
        help: "With --station: a PEM file with the authorities whose certificates are believed.",
        completion: .file())
    var ca: String?

    /// What `--station` alone stands for: the parser wants a value for every option.
    private static let usual = "default"

    static func withValues(_ arguments: [String]) -> [String] {
        guard arguments.first == Program.documentName else { return arguments }
        let own = arguments.prefix { $0 != "--" }
        return own.map { $0 == "--station" ? "--station=\(usual)" : $0 } + arguments.dropFirst(own.count)
    }

    func connection() throws(StationClientError) -> StationConnection {
        try StationOptions.connection(station == Self.usual ? nil : station, tokenFile: tokenFile, ca: ca)
    }

    /// What a station cannot be asked for.
    func validate(_ program: Program) throws {
        guard station != nil else {
            for (option, isGiven) in [
                ("--slot", slot != nil), ("--token-file", tokenFile != nil), ("--ca", ca != nil),
            ]
            where isGiven {
                throw ValidationError("\(option) goes with --station")
            }
            return
        }
        let asked: [(String, Bool)] = [
            ("--full", program.full), ("--discard-shared", program.discardShared),
            ("--skip-outside", program.images.skipOutside), ("--format", program.images.format != nil),
            ("--uf2-family", program.images.uf2Family != nil), ("--target", program.bench.target != nil),
            ("--layout \(program.loader.layout)", program.loader.layout != .spacious),
            ("--engine \(program.loader.engine.rawValue)", program.loader.engine != .auto),
            ("--dry-run", program.dryRun), ("--connect hot", program.bench.connect == .hot),
            ("--verify none", program.verify == .none),
        ]
        if let option = asked.first(where: \.1)?.0 {
            throw ValidationError("a station cannot be asked for \(option)")
        }
        for (option, file) in [("--board", program.loader.board), ("--loader", program.loader.loader)] {
            guard let file, file.contains("/") else { continue }
            throw ValidationError(
                "\(option) \(file) is a file of this machine: a station knows boards and loaders by name")
        }
    }
}
