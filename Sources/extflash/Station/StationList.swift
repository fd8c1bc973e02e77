// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import StationClient
import Workbench

/// A list that a station gives as it is: `GET /v1/PATH`.
protocol StationListing: JobReport {
    associatedtype Element: Decodable

    /// The command above `list`.
    static var group: String { get }
    static var abstract: String { get }
    static var path: String { get }
    var columns: Columns { get }

    init(_ elements: [Element])
}

/// `recipe list`, `image list`, `batch list`.
struct StationList<Report: StationListing>: StationCommand {
    static var documentName: String { "\(Report.group) list" }
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Report.abstract)
    }
    @OptionGroup var station: StationOptions
    @OptionGroup var output: ReportOptions

    func perform(_ station: StationConnection) async throws(StationClientError) -> Report {
        Report(try await station.ask(.init(.get, [Report.path])))
    }

    func render(_ report: Report, on console: Console) { console.result(report.columns) }
}
