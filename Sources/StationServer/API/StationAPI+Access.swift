// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HTTPTypes
import Hummingbird
import ProductionJobs
import ProductionStore

private struct TokenRequest: Decodable {
    let name: String
    let role: Role
    static let keys = ["name", "role"]
}

private struct TokenBody: Encodable {
    let name: String
    let role: Role
    /// Told this once.
    let token: String
}

/// `{"name": "labels", "kind": "table", "csv": "serial,mac\nS1,020000000001\n"}`, or
/// `{"name": "mac", "kind": "addresses", "first": "02:00:00:00:00:01", "last": "02:00:00:00:ff:ff"}`.
private struct PoolRequest: Decodable {
    enum Kind: String, Decodable { case counter, addresses, list, table }
    let name: String
    let kind: Kind
    let first: String?
    let last: String?
    let step: UInt64?
    let values: [String]?
    let csv: String?
    static let keys = ["name", "kind", "first", "last", "step", "values", "csv"]

    func pool() throws(StationError) -> SerialPool {
        guard Identifier.isValid(name) else { throw .badRequest("`name` is no name") }
        if kind == .list {
            guard first == nil, last == nil, step == nil else {
                throw .badRequest("`first`, `last` and `step` are for counters and addresses")
            }
            guard let values, (1...100_000).contains(values.count), Set(values).count == values.count,
                values.allSatisfy({ (1...256).contains($0.unicodeScalars.count) })
            else { throw .badRequest("`values` are 1 to 100000 different texts of at most 256 characters") }
            return .list(values)
        }
        if kind == .table {
            guard let csv else { throw .badRequest("`csv` is missing") }
            do { return .table(try SerialTable(csv: csv)) } catch { throw .badRequest("`csv`, \(error)") }
        }
        guard values == nil else { throw .badRequest("`values` are for a list") }
        let step = step ?? 1
        guard let first = first.flatMap(SerialPool.number), let last = last.flatMap(SerialPool.number),
            last >= first, (1...(1 << 53) - 1).contains(step)
        else {
            throw .badRequest("`first` and `last` are numbers or addresses in order, `step` is above 0")
        }
        guard kind == .addresses else { return .counter(start: first, step: step, last: last) }
        guard last < 1 << 48 else { throw .badRequest("an address has 48 bits") }
        return .addresses(start: first, step: step, last: last)
    }
}

extension StationAPI {
    private var memory: StationMemory { station.context.memory }

    var accessRoutes: [Route] {
        [
            Route(.get, "/tokens", .engineer) { _ async throws(StationError) in
                .json(try asking { () throws(StoreError) in try memory.tokens.all() })
            },
            Route(.post, "/tokens", .engineer) { request async throws(StationError) in
                let body = try await request.body(TokenRequest.self, keys: TokenRequest.keys)
                guard Identifier.isValid(body.name) else { throw .badRequest("`name` is no name") }
                let token = try asking { () throws(StoreError) in
                    try memory.tokens.create(body.name, role: body.role, at: station.context.now)
                }
                return .json(TokenBody(name: body.name, role: body.role, token: token), status: .created)
            },
            Route(.delete, "/tokens/:name", .engineer) { request async throws(StationError) in
                let name = try request.parameter("name")
                try asking { () throws(StoreError) in
                    try memory.tokens.revoke(name, at: station.context.now)
                }
                return .json(try asking { () throws(StoreError) in try memory.tokens.all() })
            },
            Route(.get, "/pools", .reader) { _ async throws(StationError) in
                .json(try asking { () throws(StoreError) in try memory.serials.all() })
            },
            Route(.post, "/pools", .engineer) { request async throws(StationError) in
                let body = try await request.body(PoolRequest.self, keys: PoolRequest.keys)
                let pool = try body.pool()
                return .json(
                    try asking { () throws(StoreError) in
                        try memory.serials.create(body.name, pool)
                        return try memory.serials.state(of: body.name)
                    }, status: .created)
            },
            Route(.get, "/pools/:name", .reader) { request async throws(StationError) in
                let name = try request.parameter("name")
                return .json(try asking { () throws(StoreError) in try memory.serials.state(of: name) })
            },
        ]
    }
}
