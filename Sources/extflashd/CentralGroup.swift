// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import CentralDatabase
import Essentials
import Foundation
import ProductionJobs
import ProductionStore
import StationServer

/// What is done with the database that stations share.
struct CentralGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "central",
        abstract: "Set up and check the PostgreSQL database that stations share.",
        discussion: """
            The connection is that of `central` in the station file, or the one given here. A password comes from the file \
            that `password-file` or --password-file names, or from ~/.pgpass; it is no part of the command line.
            """,
        subcommands: [Init.self, Pool.self, Check.self])

    struct Connection: ParsableArguments {
        @Option(help: "The station file whose `central` is used.", completion: .file(extensions: ["yaml"]))
        var config = "/etc/extflash/station.yaml"
        @Option(help: "Another connection: postgresql://user@host/database?sslmode=verify-full.")
        var database: String?
        @Option(help: "A file with the password of --database.", completion: .file()) var passwordFile:
            String?

        func central(_ command: String) throws -> PostgresCentral {
            // Going over every record takes longer than a station waits.
            PostgresCentral(
                PostgresSettings(
                    try definition(), application: "extflash central \(command)", timeout: .seconds(600)))
        }

        private func definition() throws -> CentralDefinition {
            guard let database else {
                guard let central = try Serve.definition(in: config).central else {
                    throw StationError.noCentral
                }
                return central
            }
            do throws(CentralAddressProblem) {
                var definition = CentralDefinition(database: try .init(uri: database))
                definition.passwordFile = passwordFile
                return definition
            } catch { throw ValidationError(error.text) }
        }
    }

    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the tables, or bring them to this version; as the database's owner.")
        @OptionGroup var connection: Connection
        @Option(
            help:
                "The role that stations log in as: it may add records and lease numbers, and change nothing.")
        var grant: String?

        func run() async throws {
            try await told {
                let central = try connection.central("init")
                let (before, now) = try central.migrate()
                print(before == now ? "schema version \(now)" : "schema version \(before) is now \(now)")
                if let grant {
                    try central.grant(to: grant)
                    print("role \(grant) may work as a station")
                }
            }
        }
    }

    struct Pool: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a pool of serial numbers or addresses that stations lease from.",
            discussion: """
                A station leases a block ahead, and works on without the database for as long as its leased values last. \
                The same pool again changes only the size of the blocks.
                """)
        @Argument(help: "The pool's name, as recipes and `pools` of the station file have it.") var name:
            String
        @Option(help: "The first value: 1042, or 02:00:00:00:00:01.") var first: String
        @Option(help: "The last value.") var last: String
        @Option(help: "From one value to the next.") var step: UInt64 = 1
        @Option(help: "Values that a station leases at once.") var block: Int64 = 1000
        @OptionGroup var connection: Connection

        func run() async throws {
            try await told {
                guard Identifier.isValid(name) else {
                    throw ValidationError("`\(name)` is no name of a pool")
                }
                guard let pool = SerialPool(first: first, last: last, step: step),
                    (1...1_000_000_000).contains(block)
                else {
                    throw ValidationError(
                        "first and last are numbers below 2^63 or addresses in order, step and block are above 0"
                    )
                }
                try connection.central("pool").createPool(name, pool, block: block)
                print("pool \(name): \(pool.count) values, \(block) to a lease")
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look whether the database answers, and whether what it holds is whole.",
            discussion: """
                Every station's records are gone over: hashes, order and signatures; no serial number may be given twice, \
                and no leases overlap. The exit code is 60 where something is wrong.
                """)
        @OptionGroup var connection: Connection
        @Option(help: "Only this station's records.") var station: String?
        @Flag(help: "Do not go over the records: version, stations and pools only.") var quick = false

        func run() async throws {
            try await told {
                let central = try connection.central("check")
                print("schema version \(try central.schemaVersion())")
                let findings = try stations(central)
                for pool in try central.pools() {
                    print(
                        "pool \(pool.name): \(pool.total) values, \(pool.given) given, \(pool.held) held by stations,"
                            + " \(pool.returned) returned, \(pool.neverLeased) never leased")
                }
                let serials = quick ? [] : try CentralAudit(central, isSigned: isSigned).serialFindings()
                for finding in serials { print("  \(finding)") }
                guard findings == 0, serials.isEmpty else { throw ExitCode(FailureClass.refused.rawValue) }
            }
        }

        private func stations(_ central: PostgresCentral) throws -> Int {
            let audit = CentralAudit(central, isSigned: isSigned)
            var count = 0
            for found in try audit.stations() where station == nil || station == found.name {
                let findings = quick ? [] : try audit.findings(of: found)
                let verdict = quick ? "" : findings.isEmpty ? ", whole" : ", NOT whole"
                print(
                    "station \(found.name): \(found.sequence) records, last seen \(found.lastSeen)\(verdict)")
                for finding in findings { print("  \(finding)") }
                count += findings.count
            }
            return count
        }

        private func isSigned(
            _ signature: String, _ sequence: Int64, _ hash: ContentHash, _ publicKey: String
        ) -> Bool {
            StationKey.isValid(
                signature, for: RecordHead(sequence: sequence, hash: hash), publicKey: publicKey)
        }
    }
}

/// Runs a command whose failures are told as everywhere.
private func told(_ work: () throws -> Void) async throws {
    do { try work() } catch let error as any Diagnosable {
        FileHandle.standardError.write(Data((error.description + "\n").utf8))
        throw ExitCode(FailureClass(of: error).rawValue)
    }
}
