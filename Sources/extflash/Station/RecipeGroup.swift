// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import ProductionJobs
import StationClient
import Workbench

struct RecipeGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe", abstract: "Give a station recipes, and approve them.",
        subcommands: [
            Add.self, Approve.self, Retire.self, StationList<RecipesReport>.self, Show.self, Pull.self,
            Push.self,
        ])

    struct Add: StationCommand {
        static let documentName = "recipe add"
        static let configuration = CommandConfiguration(
            abstract: "Give the station a recipe; no unit is made with it before it is approved.")
        @Argument(help: "The recipe's YAML file.", completion: .file(extensions: ["yaml"])) var file: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> RecipesReport {
            RecipesReport(
                recipes: [
                    try await station.ask(.init(.post, ["recipes"], body: try StationFiles.bytes(file)))
                ])
        }

        func render(_ report: RecipesReport, on console: Console) { console.result(report.columns) }
    }

    struct Approve: StationCommand {
        static let documentName = "recipe approve"
        static let configuration = CommandConfiguration(
            abstract: "Approve a recipe: units by its name are made with it from now on.")
        @Argument(help: "Its hash, or the beginning of it.") var hash: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> RecipesReport {
            let full = try await station.recipeHash(hash)
            return RecipesReport(recipes: [try await station.ask(.init(.post, ["recipes", full, "approve"]))])
        }

        func render(_ report: RecipesReport, on console: Console) { console.result(report.columns) }
    }

    struct Retire: StationCommand {
        static let documentName = "recipe retire"
        static let configuration = CommandConfiguration(
            abstract: "Retire a recipe: no further unit is made with it, and its text stays.")
        @Argument(help: "Its hash, or the beginning of it.") var hash: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> RecipesReport {
            let full = try await station.recipeHash(hash)
            return RecipesReport(recipes: [try await station.ask(.init(.post, ["recipes", full, "retire"]))])
        }

        func render(_ report: RecipesReport, on console: Console) { console.result(report.columns) }
    }

    struct Show: StationCommand {
        static let documentName = "recipe show"
        static let configuration = CommandConfiguration(abstract: "Print the text of a recipe.")
        @Argument(help: "Its hash, or the beginning of it.") var hash: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> RecipesReport {
            RecipesReport(recipes: [
                try await station.ask(.init(.get, ["recipes", try await station.recipeHash(hash)]))
            ])
        }

        func render(_ report: RecipesReport, on console: Console) {
            for recipe in report.recipes { console.data(Array((recipe.text ?? "").utf8)) }
        }
    }
}

extension StationConnection {
    /// The whole hash of a recipe of which the beginning is given.
    func recipeHash(_ text: String) async throws(StationClientError) -> String {
        if let hash = ContentHash(text) { return hash.description }
        let all: [StationRecipe] = try await ask(.init(.get, ["recipes"]))
        let matches = all.filter { text.count >= 4 && $0.hash.hasPrefix(text.lowercased()) }
        guard let match = matches.first else { throw .noMatch(text) }
        guard matches.count == 1 else {
            throw .ambiguous(text, matches: matches.map { String($0.hash.prefix(16)) })
        }
        return match.hash
    }
}

extension RecipesReport: StationListing {
    static let group = "recipe"
    static let abstract = "List the recipes."
    static let path = "recipes"

    init(_ recipes: [StationRecipe]) { self.recipes = recipes }

    var columns: Columns {
        var columns = Columns("HASH", "NAME", "STORED", "APPROVED", "BY", "RETIRED")
        for recipe in recipes {
            columns.add(
                String(recipe.hash.prefix(12)), recipe.name, recipe.stored, recipe.approved, recipe.approver,
                recipe.retired)
        }
        return columns
    }
}

struct ImageGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Give a station images, which recipes name by their hash.",
        subcommands: [Put.self, StationList<ImagesReport>.self, Pull.self, Push.self])

    struct Put: StationCommand {
        static let documentName = "image put"
        static let configuration = CommandConfiguration(
            abstract: "Send an image file; an interrupted one goes on where it ended.")
        @Argument(help: "The image file.", completion: .file()) var file: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> ImagesReport {
            let bytes = try StationFiles.bytes(file)
            let hash = ContentHash(of: bytes)
            try await station.upload(bytes, name: StationFiles.name(file), hash: hash)
            let all: [StationImage] = try await station.ask(.init(.get, ["images"]))
            return ImagesReport(images: all.filter { $0.hash == hash.description })
        }

        func render(_ report: ImagesReport, on console: Console) { console.result(report.columns) }
    }
}

extension ImagesReport: StationListing {
    static let group = "image"
    static let abstract = "List the images."
    static let path = "images"

    init(_ images: [StationImage]) { self.images = images }

    var columns: Columns {
        // The whole hash: it is what a recipe wants.
        var columns = Columns("NAME", "BYTES", "STORED", "SHA-256")
        for image in images { columns.add(image.name, "\(image.size)", image.stored, image.hash) }
        return columns
    }
}
