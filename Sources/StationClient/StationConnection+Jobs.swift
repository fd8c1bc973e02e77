// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
package import ProductionJobs

extension StationConnection {
    package func status() async throws(StationClientError) -> StationStatus {
        try await ask(Question(.get, ["station"]))
    }

    package func job(_ id: Int64) async throws(StationClientError) -> StationJob {
        try await ask(Question(.get, ["jobs", "\(id)"]))
    }

    package func unit(_ name: String) async throws(StationClientError) -> StationUnit {
        try await ask(Question(.get, ["units", name]))
    }

    /// Puts one unit into a slot's queue; the same key sent again gives the same job.
    package func start(
        _ request: UnitJobRequest, slot: String, key: String?
    ) async throws(StationClientError) -> StationJob {
        var question = Question(.post, ["slots", slot, "units"], body: try Self.json(request))
        if let key { question.headers = [("Idempotency-Key", key)] }
        return try await ask(question)
    }

    /// One unit in every slot that has nothing to do.
    package func startAll(
        _ request: UnitJobRequest, key: String?
    ) async throws(StationClientError) -> StartedJobs {
        var question = Question(.post, ["start"], body: try Self.json(request))
        if let key { question.headers = [("Idempotency-Key", key)] }
        return try await ask(question)
    }

    /// Begins jobs, and listens until every one of them has ended.
    ///
    /// `begin` is called once events are heard, so that none of its jobs is missed. Once `isStopped` says so, the jobs
    /// are cancelled, and waited for.
    package func wait(
        forJobsOf begin: () async throws(StationClientError) -> [StationJob],
        isStopped: () -> Bool = { false }, told: (UnitProgress) -> Void
    ) async throws(StationClientError) -> [StationJob] {
        let watched = WatchedJobs(self)
        try await events(after: nil) { () throws(StationClientError) in
            watched.jobs = try await begin()
            // Events are told in their order, so what is not over yet is not looked at before they say so.
            return watched.jobs.allSatisfy(\.isEnded) ? .ends : .goesOn
        } _: { event throws(StationClientError) in
            if isStopped() { try await watched.cancel() }
            if event.kind == "progress" {
                let unit = try event.body(UnitProgress.self)
                if watched.waits(for: unit.name) { told(unit) }
            }
            guard event.kind == "slot", case let slot = try event.body(SlotState.self),
                slot.activity != .running, slot.unit != nil, watched.waits(for: slot.name)
            else { return .goesOn }
            return try await watched.look(slot: slot.name)
        } pause: { () throws(StationClientError) in
            if isStopped() { try await watched.cancel() }
            return try await watched.look()
        }
        return watched.jobs
    }

    package static func json(_ value: some Encodable) throws(StationClientError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(value)) } catch { throw .unsendable("\(error)") }
    }
}

private final class WatchedJobs {
    var jobs: [StationJob] = []
    private var isCancelled = false
    private let connection: StationConnection

    init(_ connection: StationConnection) { self.connection = connection }

    func waits(for slot: String) -> Bool { jobs.contains { $0.slot == slot && !$0.isEnded } }

    /// Asks the station once to cancel what has not ended.
    func cancel() async throws(StationClientError) {
        guard !isCancelled else { return }
        isCancelled = true
        for index in jobs.indices where !jobs[index].isEnded {
            jobs[index] = try await connection.ask(.init(.delete, ["jobs", "\(jobs[index].id)"]))
        }
    }

    /// Asks for those of one slot, or for all: of the other slots' jobs there may be events still to come.
    func look(slot: String? = nil) async throws(StationClientError) -> StationConnection.Listening {
        for index in jobs.indices where !jobs[index].isEnded && (slot ?? jobs[index].slot) == jobs[index].slot
        {
            jobs[index] = try await connection.job(jobs[index].id)
        }
        return jobs.allSatisfy(\.isEnded) ? .ends : .goesOn
    }
}
