// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import ProductionJobs
import StationClient
import Workbench

struct JobGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Have a running station program units, and see what becomes of them.",
        subcommands: [JobStart.self, List.self, Show.self, Cancel.self, Watch.self])

    struct List: StationCommand {
        static let documentName = "job list"
        static let configuration = CommandConfiguration(abstract: "List jobs, the newest first.")
        @Option(help: "Only of this slot.") var slot: String?
        @Option(help: "Only queued, running, done, cancelled or interrupted ones.") var state: String?
        @Option(help: "At most so many.") var limit = 20
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> JobsReport {
            JobsReport(
                try await station.ask(
                    .init(.get, ["jobs"], query: [("slot", slot), ("state", state), ("limit", "\(limit)")])))
        }

        func render(_ report: JobsReport, on console: Console) { console.result(report.columns) }
    }

    struct Show: StationCommand {
        static let documentName = "job show"
        static let configuration = CommandConfiguration(abstract: "Show a job, and the record of its unit.")
        @Argument(help: "The job's number.") var job: Int64
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> JobsReport {
            try await station.records(of: JobsReport([try await station.job(job)]))
        }

        func render(_ report: JobsReport, on console: Console) {
            console.result(report.columns)
            for entry in report.jobs { if let record = entry.record { console.show(record) } }
        }
    }

    struct Cancel: StationCommand {
        static let documentName = "job cancel"
        static let configuration = CommandConfiguration(
            abstract: "Take a job out of the queue, or stop its unit at the next defined point.")
        @Argument(help: "The job's number.") var job: Int64
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> JobsReport {
            JobsReport([try await station.ask(.init(.delete, ["jobs", "\(job)"]))])
        }

        func render(_ report: JobsReport, on console: Console) { console.result(report.columns) }
    }

    struct Watch: StationCommand {
        static let documentName = "job watch"
        static let configuration = CommandConfiguration(
            abstract: "Wait for the end of a job; the exit code is that of its unit.")
        @Argument(help: "The job's number.") var job: Int64
        @OptionGroup var progress: JobProgressOptions
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> JobsReport {
            try await station.outcome(progress.lines(console)) { () throws(StationClientError) in
                [try await station.job(job)]
            }
        }

        func render(_ report: JobsReport, on console: Console) { console.result(report.columns) }
    }
}

/// Lines on standard error while units are in work.
struct JobProgressOptions: ParsableArguments {
    @Option(help: "Progress on standard error: auto or plain (lines), or none.")
    var progress: Console.ProgressStyle = .auto

    func lines(_ console: Console) -> (UnitProgress) -> Void { Self.lines(progress, console) }

    static func lines(
        _ progress: Console.ProgressStyle, _ console: Console
    ) -> (UnitProgress) -> Void {
        var told: [String: String] = [:]
        return { unit in
            guard progress != .none else { return }
            // A line for each tenth of a phase.
            let step = "\(unit.phase) \(unit.total > 0 ? unit.done * 10 / unit.total : 10)"
            guard told[unit.name] != step else { return }
            told[unit.name] = step
            console.note(unit.text)
        }
    }
}

extension StationConnection {
    /// The records of units that have one.
    func records(of report: JobsReport) async throws(StationClientError) -> JobsReport {
        var report = report
        for index in report.jobs.indices {
            guard let unit = report.jobs[index].job.unit else { continue }
            do throws(StationClientError) { report.jobs[index].record = try await self.unit(unit) } catch {
                // A unit has a name before it has a record.
                guard error.code == "STO-021" || !report.jobs[index].job.isEnded else { throw error }
            }
        }
        return report
    }

    /// Begins jobs and waits, and tells what became of the units.
    func outcome(
        _ told: (UnitProgress) -> Void, isStopped: () -> Bool = { false },
        of begin: () async throws(StationClientError) -> [StationJob]
    ) async throws(StationClientError) -> JobsReport {
        let jobs = try await wait(forJobsOf: begin, isStopped: isStopped, told: told)
        var report = try await records(of: JobsReport(jobs))
        report.isJudged = true
        return report
    }
}

extension JobsReport {
    var columns: Columns {
        var columns = Columns("JOB", "SLOT", "STATE", "RECIPE", "UNIT", "VERDICT")
        for entry in jobs {
            columns.add(
                "\(entry.job.id)", entry.job.slot, entry.job.state.rawValue,
                entry.job.request.map { ContentHash($0.recipe)?.short ?? $0.recipe }, entry.job.unit,
                entry.record?.closed?.verdict.rawValue)
        }
        for refusal in (refused ?? [:]).sorted(by: { $0.key < $1.key }) {
            columns.add(nil, refusal.key, refusal.value, nil, nil, nil)
        }
        return columns
    }
}
