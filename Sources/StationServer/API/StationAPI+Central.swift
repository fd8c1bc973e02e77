// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import HTTPTypes
import Hummingbird
import ProductionJobs
import ProductionStore

extension StationAPI {
    private struct Transferred: Encodable {
        let hash: String
    }
    private struct Released: Encodable {
        let pool: String
        /// Values that the station gives back.
        let values: Int64
    }

    /// Everything here takes a station file with `central`.
    var centralRoutes: [Route] {
        [
            Route(.get, "/central", .reader) { _ async throws(StationError) in
                .json(try central().status())
            },
            Route(.post, "/central/pools/:name/release", .engineer) { request async throws(StationError) in
                let pool = try request.parameter("name"), memory = station.context.memory
                guard station.context.definition.central?.pools.contains(pool) == true else {
                    throw .store(StoreError.unknownPool(pool))
                }
                let values = try asking { () throws(StoreError) in try memory.leases.release(pool) }
                return .json(Released(pool: pool, values: values))
            },
            Route(.post, "/recipes/:hash/pull", .engineer) { request async throws(StationError) in
                try await transfer(request) { transfer, hash, time, _ throws(StationError) in
                    try transfer.pull(recipe: hash, at: time)
                }
            },
            Route(.post, "/recipes/:hash/push", .engineer) { request async throws(StationError) in
                try await transfer(request) { transfer, hash, _, person throws(StationError) in
                    try transfer.push(recipe: hash, by: person)
                }
            },
            Route(.post, "/images/:hash/pull", .engineer) { request async throws(StationError) in
                try await transfer(request) { transfer, hash, time, _ throws(StationError) in
                    try transfer.pull(image: hash, at: time)
                }
            },
            Route(.post, "/images/:hash/push", .engineer) { request async throws(StationError) in
                try await transfer(request) { transfer, hash, _, person throws(StationError) in
                    try transfer.push(image: hash, by: person)
                }
            },
        ]
    }

    private func central() throws(StationError) -> CentralLink {
        guard let central = station.central else { throw .noCentral }
        return central
    }

    private func transfer(
        _ request: APIRequest,
        _ work:
            @escaping @Sendable (
                _ transfer: CentralTransfer, _ hash: ContentHash, _ time: String, _ person: String
            ) throws(StationError) -> Void
    ) async throws(StationError) -> Response {
        let hash = try request.hash(), person = request.holder.name
        let (memory, time) = (station.context.memory, station.context.now)
        try await central().ask { central throws(StationError) in
            try work(CentralTransfer(central: central, memory: memory), hash, time, person)
        }
        return .json(Transferred(hash: hash.description))
    }
}
