// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HTTPTypes
import Hummingbird
import ProductionJobs
import ProductionStore

/// A job as it is told.
struct JobBody: Encodable {
    let id: Int64
    let slot: String
    let state: Job.State
    let request: UnitJobRequest?
    let unit: String?
    let created: String
    let ended: String?
    /// Why `request` is not here.
    let requestProblem: String?

    init(_ job: Job) {
        (id, slot, state, unit) = (job.id, job.slot, job.state, job.unit)
        (created, ended) = (job.created, job.ended)
        do {
            request = try JSONDecoder().decode(UnitJobRequest.self, from: Data(job.request.utf8))
            requestProblem = nil
        } catch {
            (request, requestProblem) = (nil, "it was written by another version, or the database is damaged")
        }
    }
}

extension StationAPI {
    var jobRoutes: [Route] {
        [
            Route(.get, "/jobs", .reader, query: ["slot", "state", "before", "limit"]) {
                request async throws(StationError) in
                let state = try request.word("state", of: Job.State.self)
                let limit = try request.limit()
                let before = try request.number("before")
                let jobs = try asking { () throws(StoreError) in
                    try station.context.memory.queue.jobs(
                        slot: request.query("slot"), state: state, before: before, limit: limit)
                }
                return .json(jobs.map(JobBody.init))
            },
            Route(.get, "/jobs/:job", .reader) { request async throws(StationError) in
                let id = try request.jobNumber()
                return .json(
                    JobBody(try asking { () throws(StoreError) in try station.context.memory.queue.job(id) }))
            },
            Route(.delete, "/jobs/:job", .operate) { request async throws(StationError) in
                .json(JobBody(try await station.cancel(job: try request.jobNumber())))
            },
        ]
    }
}

extension APIRequest {
    fileprivate func jobNumber() throws(StationError) -> Int64 {
        guard let id = Int64(try parameter("job")), id > 0 else {
            throw .badRequest("a job is a number above 0")
        }
        return id
    }

    func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, of: Word.Type
    ) throws(StationError) -> Word? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
        guard let word = Word(rawValue: String(text)) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badRequest("`\(name)` is not one of \(known)")
        }
        return word
    }
}
