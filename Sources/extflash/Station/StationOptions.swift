// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Foundation
import StationClient
import Workbench

/// Where the station is, and who asks.
struct StationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The station: its socket, or a URL such as http://127.0.0.1:8086.",
            discussion:
                "Default: the variable EXTFLASH_STATION, else \(StationAddress.defaultSocket). Over a network the station wants a token: in EXTFLASH_TOKEN, or in the file that --token-file or EXTFLASH_TOKEN_FILE names.",
            valueName: "socket|url"))
    var station: String?
    @Option(help: "A file that holds the token.", completion: .file())
    var tokenFile: String?
    @Option(
        help: ArgumentHelp(
            "A PEM file with the authorities whose certificates are believed.",
            discussion: "Default: the file that EXTFLASH_CA names, else the system's.", valueName: "file"),
        completion: .file())
    var ca: String?

    func connection() throws(StationClientError) -> StationConnection {
        try Self.connection(station, tokenFile: tokenFile, ca: ca)
    }

    static func connection(
        _ station: String?, tokenFile: String?, ca: String?
    ) throws(StationClientError) -> StationConnection {
        let environment = RunContext.current.environment
        let address = station ?? environment["EXTFLASH_STATION"] ?? StationAddress.defaultSocket
        return try StationConnection(
            StationAddress(parsing: address), token: token(tokenFile, environment),
            authorities: ca ?? environment["EXTFLASH_CA"], patience: RunContext.current.patience)
    }

    private static func token(
        _ tokenFile: String?, _ environment: [String: String]
    ) throws(StationClientError) -> String? {
        guard
            let path = tokenFile
                ?? (environment["EXTFLASH_TOKEN"] == nil ? environment["EXTFLASH_TOKEN_FILE"] : nil)
        else { return environment["EXTFLASH_TOKEN"] }
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw .tokenUnusable(path: path, detail: "it cannot be read as text")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...512).contains(token.utf8.count), token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .tokenUnusable(path: path, detail: "it holds no token")
        }
        return token
    }
}

/// A command that asks a running station.
protocol StationCommand: ReportCommand, AsyncParsableCommand {
    var station: StationOptions { get }
    var output: ReportOptions { get }

    func perform(_ station: StationConnection) async throws(StationClientError) -> Report
}

/// A report of something that may have gone wrong on the station.
protocol JudgedReport {
    var failure: (any Diagnosable)? { get }
}

extension StationCommand {
    var console: Console { output.console }

    mutating func run() async throws { try await ask() }

    func ask() async throws {
        let start = MonotonicTime()
        let report: Report
        do throws(StationClientError) { report = try await perform(station.connection()) } catch {
            return try conclude(nil, failure: error, since: start)
        }
        try conclude(report, failure: (report as? any JudgedReport)?.failure, since: start)
    }
}
