// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Foundation
import HardwareDescription
import Logging
import ProductionJobs
import ProductionStore
import StationServer
import StationTLS
import Workbench

/// The station itself.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work as a station, until SIGTERM.",
        discussion: """
            The station file names the slots: where each probe is plugged in, and what the operator calls it. \
            What the station keeps (records, serial numbers, recipes, images, its key) lies in the state folder. \
            SIGTERM lets units in work finish for as long as the station file allows; SIGHUP reads the file again.
            """)

    @Option(help: "The station file.") var config = "/etc/extflash/station.yaml"
    @Option(help: "The folder with what the station keeps.") var state = "/var/lib/extflash"
    @Option(help: "Make a token of this name for an engineer, print it, and end.") var createToken: String?
    @Flag(help: "Say what the station file describes, and end.") var check = false
    @Flag(name: .shortAndLong, help: "Log details of every unit.") var verbose = false

    func run() async throws {
        do { try await serve() } catch let error as any Diagnosable {
            FileHandle.standardError.write(Data((error.description + "\n").utf8))
            throw ExitCode(FailureClass(of: error).rawValue)
        }
    }

    private func serve() async throws {
        signal(SIGPIPE, SIG_IGN)
        let definition = try Self.definition(in: config)
        guard !check else { return try describe(definition) }
        StationLog.begin()
        var log = Logger(label: "extflashd")
        log.logLevel = verbose ? .debug : .info
        if let createToken {
            // Beside a station that runs, too.
            let tokens = try StationMemory(folder: state, limits: definition.limits).tokens
            return print(try tokens.create(createToken, role: .engineer, at: Station.calendar().description))
        }
        let station = try Station(definition, folder: state, paths: .current(), log: log) {
            [config] () throws(StationError) in try Self.definition(in: config)
        }
        try await StationService(station).run()
    }

    private func describe(_ definition: StationDefinition) throws(StationTLSError) {
        print("\(definition.name): \(definition.title)")
        for slot in definition.slots {
            print("  \(slot.name)  \(slot.probe.description)  \(slot.board ?? "board by recipe")")
        }
        guard let files = definition.http.tls else { return }
        let now = Station.calendar().seconds
        let certificate = try StationCertificate(files, now: now)
        print("  certificate \(files.certificate), valid to \(certificate.expiryDate)")
        if let warning = certificate.warning(now: now) { print("  \(warning)") }
    }

    static func definition(in path: String) throws(StationError) -> StationDefinition {
        let text = try text(of: path)
        do { return try StationDefinition(yaml: text, file: path) } catch { throw .stationFileInvalid(error) }
    }

    private static func text(of path: String) throws(StationError) -> String {
        do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw StationError.fileUnusable(path: path, detail: "cannot be read as text")
        }
    }
}
