// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import ProductionJobs
import StationClient
import Workbench

/// What a group of commands calls the units that a station keeps records of.
protocol UnitWording {
    static var group: String { get }
    static var listAbstract: String { get }
    static var showAbstract: String { get }
}

enum UnitWords: UnitWording {
    static let group = "unit"
    static let listAbstract = "List units, the newest first."
    static let showAbstract = "Show the record of a unit."
}

enum RecordWords: UnitWording {
    static let group = "records"
    static let listAbstract = "List records, the newest first."
    static let showAbstract = "Show a record."
}

/// `unit list`, `records list`: a unit and its record are one thing by two names.
struct UnitList<Words: UnitWording>: StationCommand {
    static var documentName: String { "\(Words.group) list" }
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Words.listAbstract)
    }
    @OptionGroup var query: UnitQueryOptions
    @OptionGroup var station: StationOptions
    @OptionGroup var output: ReportOptions

    func perform(_ station: StationConnection) async throws(StationClientError) -> UnitsReport {
        try await query.units(station)
    }

    func render(_ report: UnitsReport, on console: Console) { console.result(report.columns) }
}

/// `unit show`, `records show`.
struct UnitShow<Words: UnitWording>: StationCommand {
    static var documentName: String { "\(Words.group) show" }
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "show", abstract: Words.showAbstract)
    }
    @Argument(help: "The unit, as `extflash unit list` names it.") var unit: String
    @OptionGroup var station: StationOptions
    @OptionGroup var output: ReportOptions

    func perform(_ station: StationConnection) async throws(StationClientError) -> UnitsReport {
        UnitsReport(units: [try await station.unit(unit)])
    }

    func render(_ report: UnitsReport, on console: Console) { report.units.forEach(console.show) }
}
