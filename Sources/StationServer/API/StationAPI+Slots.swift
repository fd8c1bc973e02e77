// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HTTPTypes
import Hummingbird
import ProductionJobs
import ProductionStore
import Workbench

extension StationAPI {
    private struct Overview: Encodable {
        let name: String
        let title: String
        let slots: [SlotState]
        /// Units of every batch, by verdict.
        let units: [String: Int]
        /// The number of the last event, from which to listen.
        let lastEvent: Int64
        /// Absent where there is none.
        let central: CentralStatus?
    }
    private struct Done: Encodable { let cancelled: Bool }
    private struct Started: Encodable {
        let jobs: [JobBody]
        /// By slot: why nothing was begun there.
        let refused: [String: String]
    }

    var slotRoutes: [Route] {
        [
            Route(.get, "/station", .reader) { _ async throws(StationError) in
                let memory = station.context.memory
                return .json(
                    Overview(
                        name: station.context.definition.name, title: station.context.definition.title,
                        slots: try await station.slots(),
                        units: try asking { () throws(StoreError) in try memory.units.counts() },
                        lastEvent: try asking { () throws(StoreError) in try memory.events.last() },
                        central: try station.central?.status()))
            },
            Route(.post, "/station/reload", .engineer) { _ async throws(StationError) in
                .json(try await station.reload())
            },
            Route(.get, "/slots", .reader) { _ async throws(StationError) in
                .json(try await station.slots())
            },
            Route(.post, "/slots/:slot/units", .operate) { request async throws(StationError) in
                let body = try await request.unitRequest()
                let job = try station.submit(
                    body, to: try request.parameter("slot"), key: try request.idempotencyKey())
                return .json(JobBody(job), status: .accepted)
            },
            Route(.post, "/slots/:slot/cancel", .operate) { request async throws(StationError) in
                .json(Done(cancelled: try await station.cancel(slot: try request.parameter("slot"))))
            },
            Route(.post, "/slots/:slot/resume", .operate) { request async throws(StationError) in
                try await station.resume(slot: try request.parameter("slot"))
                return .json(try await station.slots())
            },
            Route(.put, "/slots/:slot/simulation", .engineer) { request async throws(StationError) in
                let body = try await request.body(SimulationRequest.self, keys: SimulationRequest.keys)
                try station.simulate(body, in: try request.parameter("slot"))
                return .json(try await station.slots())
            },
            Route(.get, "/probes", .engineer) { _ async throws(StationError) in
                do throws(WorkbenchError) { return .json(try await station.probes()) } catch {
                    return .failure(error, status: .serviceUnavailable)
                }
            },
            Route(.post, "/start", .operate) { request async throws(StationError) in
                try await startAll(request)
            },
            Route(.get, "/events", .reader, query: ["after"]) { request async throws(StationError) in
                try events(request)
            },
        ]
    }

    /// The gang start: one unit in every slot that has nothing to do.
    private func startAll(_ request: APIRequest) async throws(StationError) -> Response {
        let body = try await request.unitRequest()
        let started = try await station.submitToAll(body, key: try request.idempotencyKey())
        return .json(
            Started(jobs: started.jobs.map(JobBody.init), refused: started.refused), status: .accepted)
    }
}

extension APIRequest {
    /// A recipe that nobody approved is an engineer's to use.
    func unitRequest() async throws(StationError) -> UnitJobRequest {
        let body = try await body(UnitJobRequest.self, keys: UnitJobRequest.keys)
        guard body.adHoc != true || holder.role >= .engineer else {
            throw .roleTooLow(needed: Role.engineer.rawValue, held: holder.role.rawValue)
        }
        return body
    }

    /// The same key sent twice is the same request.
    func idempotencyKey() throws(StationError) -> String? {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = request.headers[name] else {
            return nil
        }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .badRequest("an idempotency key has 1 to 128 characters of ASCII and no space")
        }
        // Keys of two senders have nothing to do with each other.
        return "\(holder.name) \(key)"
    }
}
