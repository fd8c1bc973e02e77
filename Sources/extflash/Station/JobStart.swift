// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import ProductionJobs
import StationClient
import Workbench

/// What is told of a unit when it is asked for.
struct UnitOptions: ParsableArguments {
    @Option(help: "The unit's serial number, as scanned.") var serial: String?
    @Option(
        help: ArgumentHelp("A further field of the unit, for patches and hooks.", valueName: "name=value"))
    var field: [String] = []
    @Option(help: "The batch that it belongs to.") var batch: String?
    @Option(help: "The revision of the board.") var boardRevision: String?
    @Option(help: "The work order.") var workOrder: String?
    @Option(name: .customLong("operator"), help: "Who asks.") var operatorName: String?
    @Flag(help: "Do a unit again that was good before.") var `repeat` = false

    func validate() throws {
        for text in field where !text.dropFirst().contains("=") {
            throw ValidationError("--field \(text): expected NAME=VALUE")
        }
    }

    func request(_ recipe: String) -> UnitJobRequest {
        var fields: [String: String] = [:]
        for text in field {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[String(parts[0])] = String(parts[1])
        }
        if let serial { fields[UnitJobRequest.identityField] = serial }
        var request = UnitJobRequest(recipe: recipe, fields: fields)
        (request.batch, request.workOrder, request.operatorName) = (batch, workOrder, operatorName)
        request.boardRevision = boardRevision
        if `repeat` { request.repeats = true }
        return request
    }
}

struct JobStart: StationCommand {
    static let documentName = "job start"
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Program one unit in one slot, in several, or in all that are free.",
        discussion: """
            Waits for the verdict: the exit code is 0 when every unit is good, else that of the first error. \
            Ctrl-C ends the waiting, not the unit: see `extflash job cancel`.
            """)

    @Option(help: "The recipe, by name or hash.") var recipe: String
    @Option(help: "The slot; may be given several times.") var slot: [String] = []
    @Flag(help: "Every slot that has nothing to do.") var all = false
    @OptionGroup var unit: UnitOptions
    @Option(help: "A key of this request: sent again, it begins nothing new.") var key: String?
    @Flag(help: "Do not wait for the verdict.") var noWait = false
    @OptionGroup var progress: JobProgressOptions
    @OptionGroup var station: StationOptions
    @OptionGroup var output: ReportOptions

    func validate() throws {
        guard all != !slot.isEmpty else { throw ValidationError("give either --slot or --all") }
        guard Set(slot).count == slot.count else { throw ValidationError("a slot is given twice") }
        if slot.count != 1, unit.serial != nil {
            throw ValidationError("--serial is one unit's: give one --slot")
        }
    }

    func perform(_ station: StationConnection) async throws(StationClientError) -> JobsReport {
        var started = StartedJobs(jobs: [], refused: nil)
        var report: JobsReport
        if noWait {
            started = try await startedJobs(on: station)
            report = JobsReport(started.jobs)
        } else {
            report = try await station.outcome(progress.lines(console)) { () throws(StationClientError) in
                started = try await startedJobs(on: station)
                return started.jobs
            }
        }
        report.refused = started.refused
        return report
    }

    private func startedJobs(on station: StationConnection) async throws(StationClientError) -> StartedJobs {
        let request = unit.request(recipe)
        guard !all else {
            let started = try await station.startAll(request, key: key)
            guard !started.jobs.isEmpty else {
                throw .noSlotFree(
                    (started.refused ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            }
            return started
        }
        var jobs: [StationJob] = []
        for name in slot {
            let part = slot.count > 1 ? key.map { "\($0) \(name)" } : key
            jobs.append(try await station.start(request, slot: name, key: part))
        }
        return StartedJobs(jobs: jobs, refused: nil)
    }

    func render(_ report: JobsReport, on console: Console) { console.result(report.columns) }
}
