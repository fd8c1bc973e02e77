// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import ProductionJobs
import StationClient
import Workbench

extension RecipeGroup {
    struct Pull: StationCommand {
        static let documentName = "recipe pull"
        static let configuration = CommandConfiguration(
            abstract: "Have the station take a recipe and its images from the central database.",
            discussion: "It is not approved by that.")
        @Argument(help: "Its hash.") var hash: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> RecipesReport {
            let pulled: StationTransfer = try await station.ask(.init(.post, ["recipes", hash, "pull"]))
            return RecipesReport(recipes: [try await station.ask(.init(.get, ["recipes", pulled.hash]))])
        }

        func render(_ report: RecipesReport, on console: Console) { console.result(report.columns) }
    }

    struct Push: StationCommand {
        static let documentName = "recipe push"
        static let configuration = CommandConfiguration(
            abstract: "Have the station send a recipe and its images to the central database.")
        @Argument(help: "Its hash, or the beginning of it.") var hash: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> RecipesReport {
            let full = try await station.recipeHash(hash)
            let pushed: StationTransfer = try await station.ask(.init(.post, ["recipes", full, "push"]))
            return RecipesReport(recipes: [try await station.ask(.init(.get, ["recipes", pushed.hash]))])
        }

        func render(_ report: RecipesReport, on console: Console) { console.result(report.columns) }
    }
}

extension ImageGroup {
    struct Pull: StationCommand {
        static let documentName = "image pull"
        static let configuration = CommandConfiguration(
            abstract: "Have the station take an image from the central database.")
        @Argument(help: "Its SHA-256.") var hash: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> ImagesReport {
            try await station.transfer(hash, "pull")
        }

        func render(_ report: ImagesReport, on console: Console) { console.result(report.columns) }
    }

    struct Push: StationCommand {
        static let documentName = "image push"
        static let configuration = CommandConfiguration(
            abstract: "Have the station send an image to the central database.")
        @Argument(help: "Its SHA-256.") var hash: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> ImagesReport {
            try await station.transfer(hash, "push")
        }

        func render(_ report: ImagesReport, on console: Console) { console.result(report.columns) }
    }
}

extension StationConnection {
    fileprivate func transfer(
        _ hash: String, _ way: String
    ) async throws(StationClientError) -> ImagesReport {
        let moved: StationTransfer = try await ask(.init(.post, ["images", hash, way]))
        let all: [StationImage] = try await ask(.init(.get, ["images"]))
        return ImagesReport(images: all.filter { $0.hash == moved.hash })
    }
}

extension CentralStatus {
    /// For `station status`.
    var lines: [String] {
        let waiting =
            waiting == 0
            ? "has every record"
            : "\(Format.count(waiting, "record waits", plural: "records wait"))"
                + (oldestWaiting.map { " since \($0)" } ?? "")
        var lines = ["central database: \(database): \(isConnected ? "there" : "away"), \(waiting)"]
        if let problem { lines.append("  \(problem.summary) [\(problem.code)]") }
        if let conflict, conflict != problem?.summary { lines.append("  \(conflict)") }
        for pool in pools {
            let problem = pool.problem.map { "; \($0.summary) [\($0.code)]" } ?? ""
            lines.append("  pool \(pool.name): \(pool.left) leased and not given\(problem)")
        }
        return lines
    }
}
