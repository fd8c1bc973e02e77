// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HTTPTypes
import Hummingbird
import ProductionJobs
import ProductionStore

/// Whom the station takes the sender for.
private struct HolderBody: Encodable {
    let name: String
    let role: Role
}

extension StationAPI {
    /// What those ask who show the station to people.
    var pageRoutes: [Route] {
        [
            Route(.get, "/whoami", .reader) { request async throws(StationError) in
                .json(HolderBody(name: request.holder.name, role: request.holder.role))
            },
            Route(.get, "/yield", .reader, query: ["batch"]) { request async throws(StationError) in
                let batch = request.query("batch")
                return .json(
                    try asking { () throws(StoreError) in
                        if let batch { _ = try station.context.memory.batches.batch(batch) }
                        return try station.context.memory.units.yield(batch: batch)
                    })
            },
            Route(.post, "/units", .operate) { request async throws(StationError) in
                let body = try await request.unitRequest()
                let job = try await station.submitToFreeSlot(body, key: try request.idempotencyKey())
                return .json(JobBody(job), status: .accepted)
            },
            Route(open: "/") { request async throws(StationError) in
                try StationPage.response("index.html", to: request.request)
            },
            Route(open: "/page/:file") { request async throws(StationError) in
                try StationPage.response(try request.parameter("file"), to: request.request)
            },
        ]
    }
}
