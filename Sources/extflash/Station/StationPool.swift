// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import StationClient
import Workbench

extension StationGroup {
    struct Pool: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pool",
            abstract: "Give a station serial numbers and addresses, and see how many are left.",
            discussion: """
                Recipes name a pool in their patches. A value is reserved before it is used, then used or burnt, and \
                never given twice. Pools that stations share are made in the central database: extflash central pool.
                """,
            subcommands: [
                PoolAdd.self, PoolImport.self, StationList<PoolsReport>.self, PoolShow.self, PoolRelease.self,
            ])
    }

    struct PoolAdd: StationCommand {
        static let documentName = "station pool add"
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Make a pool that counts: numbers, or addresses such as 02:00:00:00:00:2a.",
            discussion: "The same pool again changes nothing.")
        @Argument(help: "Its name.") var name: String
        @Option(help: "The first value.") var first: String
        @Option(help: "The last value.") var last: String
        @Option(help: "From one value to the next.") var step: UInt64?
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> PoolsReport {
            var body = PoolBody(name: name, kind: first.contains(":") ? .addresses : .counter)
            (body.first, body.last, body.step) = (first, last, step)
            return try await station.make(body)
        }

        func render(_ report: PoolsReport, on console: Console) { console.result(report.columns) }
    }

    struct PoolImport: StationCommand {
        static let documentName = "station pool import"
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Make a pool of a file's lines: each is given once, in their order.",
            discussion: """
                A CSV file has the names of its columns in the first line, and a unit gets all of a row. With --list \
                each line is one value. The same pool again changes nothing.
                """)
        @Argument(help: "Its name.") var name: String
        @Argument(help: "The file.", completion: .file()) var file: String
        @Flag(help: "Each line is one value; there are no columns.") var list = false
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> PoolsReport {
            let text = try StationFiles.text(file)
            var body = PoolBody(name: name, kind: list ? .list : .table)
            if list {
                body.values = text.split(whereSeparator: \.isNewline).map(String.init)
            } else {
                body.csv = text
            }
            return try await station.make(body)
        }

        func render(_ report: PoolsReport, on console: Console) { console.result(report.columns) }
    }

    struct PoolShow: StationCommand {
        static let documentName = "station pool show"
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show what a pool has given and has left.")
        @Argument(help: "Its name.") var name: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> PoolsReport {
            PoolsReport([try await station.ask(.init(.get, ["pools", name]))])
        }

        func render(_ report: PoolsReport, on console: Console) { console.result(report.columns) }
    }
}

extension StationGroup {
    struct PoolRelease: StationCommand {
        static let documentName = "station pool release"
        static let configuration = CommandConfiguration(
            commandName: "release", abstract: "Give the rest of a leased pool back to the central database.")
        @Argument(help: "Its name.") var name: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> ReleaseReport {
            try await station.ask(.init(.post, ["central", "pools", name, "release"]))
        }

        func render(_ report: ReleaseReport, on console: Console) {
            console.result("\(Format.count(report.values, "value")) of \(report.pool) will be given back")
        }
    }
}

struct ReleaseReport: JobReport, Decodable {
    let pool: String
    let values: Int64
    static let schema = Schema.object([
        .key("pool", .text(), "The pool."), .key("values", .count, "Values that the station gives back."),
    ])
}

/// A pool as the station is told it.
private struct PoolBody: Encodable {
    enum Kind: String, Encodable { case counter, addresses, list, table }
    let name: String
    let kind: Kind
    var first: String?
    var last: String?
    var step: UInt64?
    var values: [String]?
    var csv: String?

    init(name: String, kind: Kind) { (self.name, self.kind) = (name, kind) }
}

extension StationConnection {
    fileprivate func make(_ pool: PoolBody) async throws(StationClientError) -> PoolsReport {
        PoolsReport([try await ask(.init(.post, ["pools"], body: try StationConnection.json(pool)))])
    }
}

struct PoolsReport: StationListing {
    let pools: [StationPool]

    static let group = "station pool"
    static let abstract = "List the pools."
    static let path = "pools"
    static let schema = Schema.object([
        .key(
            "pools",
            .list(
                of: .object([
                    .key("name", .text(), "Its name."), .key("left", .count, "Values that can be given."),
                    .key("reserved", .count, "Given to units in work."),
                    .key("used", .count, "Given to units that became good."),
                    .key("burnt", .count, "Given to units that did not."),
                ])), "The pools, by name.")
    ])

    init(_ pools: [StationPool]) { self.pools = pools }

    var columns: Columns {
        var columns = Columns("POOL", "LEFT", "RESERVED", "USED", "BURNT")
        for pool in pools {
            columns.add(
                pool.name, "\(pool.left)", "\(pool.reserved)", "\(pool.used)", "\(pool.burnt)")
        }
        return columns
    }
}
