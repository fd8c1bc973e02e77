// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ProductionJobs
import StationClient
import Workbench

struct StationReport: JobReport {
    let station: StationStatus
    static let schema = Schema.object([.key("station", StationStatus.schema, "The station.")])
}

struct SlotsReport: JobReport {
    let slots: [SlotState]
    static let schema = Schema.object([
        .key("slots", .list(of: SlotState.schema), "The slots, in the order of the station file.")
    ])
}

/// Jobs, and the records of the units that they have become.
struct JobsReport: JobReport, JudgedReport {
    struct Entry: Encodable, Sendable {
        let job: StationJob
        var record: StationUnit?
    }
    var jobs: [Entry]
    /// By slot: why nothing was begun there.
    var refused: [String: String]?
    /// Whether a unit that is not good makes the command fail.
    var isJudged = false

    private enum CodingKeys: CodingKey { case jobs, refused }

    init(_ jobs: [StationJob]) { self.jobs = jobs.map { Entry(job: $0) } }

    static let schema = Schema.object([
        .key(
            "jobs",
            .list(
                of: .object([
                    .key("job", StationJob.schema, "What was asked for."),
                    .optional("record", StationUnit.schema, "The unit's record, once there is one."),
                ])), "The jobs."),
        .optional("refused", .map(of: .text()), "By slot: why nothing was begun there."),
    ])

    var failure: (any Diagnosable)? {
        guard isJudged else { return nil }
        return jobs.lazy.compactMap(\.failure).first
    }
}

extension JobsReport.Entry {
    /// Nil for a unit that is good, and for one that is not done.
    fileprivate var failure: StationClientError? {
        guard job.isEnded, record?.closed?.verdict != .good else { return nil }
        let error = record?.closed?.error.map { error in
            RemoteError(
                .init(code: error.code, summary: error.summary), className: error.failureClass,
                causes: error.causes.map { .init(recorded: $0) }, remedies: error.remedies)
        }
        return .unitNotGood(
            job.unit ?? "of job \(job.id)", slot: job.slot,
            verdict: record?.closed?.verdict.rawValue ?? job.state.rawValue, error)
    }
}

struct UnitsReport: JobReport {
    let units: [StationUnit]
    static let schema = Schema.object([
        .key("units", .list(of: StationUnit.schema), "The records of units, newest first.")
    ])
}

struct BatchesReport: JobReport {
    let batches: [StationBatch]
    static let schema = Schema.object([.key("batches", .list(of: StationBatch.schema), "The batches.")])
}

struct RecipesReport: JobReport {
    let recipes: [StationRecipe]
    static let schema = Schema.object([.key("recipes", .list(of: StationRecipe.schema), "The recipes.")])
}

struct ImagesReport: JobReport {
    let images: [StationImage]
    static let schema = Schema.object([.key("images", .list(of: StationImage.schema), "The images.")])
}

extension RecordsVerificationReport: JudgedReport {}

/// Records that were written to a file or to standard output.
struct ExportReport: JobReport {
    let format: String
    let bytes: Int
    let file: String
    static let schema = Schema.object([
        .key("format", .text(), "csv, jsonl, junit, openhtf or html."),
        .key("bytes", .count, "The size of the file."),
        .key("file", .text(), "The file; - is standard output."),
    ])
}
