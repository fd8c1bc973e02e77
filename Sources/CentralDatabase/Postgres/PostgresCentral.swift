// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import Foundation
package import ProductionJobs
import Synchronization

/// The central database over one connection, made when it is needed and made anew after it broke.
package final class PostgresCentral: Central {
    private let settings: PostgresSettings
    private let cancellation: Cancellation
    /// Held for the whole of an exchange: one at a time.
    private let connection: Mutex<PostgresConnection?>

    package init(_ settings: PostgresSettings, cancellation: Cancellation = Cancellation()) {
        (self.settings, self.cancellation) = (settings, cancellation)
        connection = Mutex(nil)
    }

    package func close() { connection.withLock { $0 = nil } }

    /// Asks over the connection, which is given up when the answer is not known.
    func ask(
        _ statement: String, _ parameters: [PostgresValue] = [], isBinary: Bool = false,
        needsSchema: Bool = true
    ) throws(CentralError) -> PostgresRows {
        let (settings, cancellation) = (settings, cancellation)
        return try exchange { current throws(CentralError) in
            let connection = try Self.connected(&current, settings, cancellation, needsSchema)
            return try connection.query(statement, parameters, isBinary: isBinary)
        }
    }

    /// Runs a script of several statements.
    func run(_ script: String) throws(CentralError) {
        let (settings, cancellation) = (settings, cancellation)
        try exchange { current throws(CentralError) in
            try Self.connected(&current, settings, cancellation, false).execute(script)
        }
    }

    private func exchange<Answer: Sendable>(
        _ work: (inout PostgresConnection?) throws(CentralError) -> Answer
    ) throws(CentralError) -> Answer {
        let result: Result<Answer, CentralError> = connection.withLock { current in
            do throws(CentralError) { return .success(try work(&current)) } catch {
                if current?.isUsable != true || error.leavesConnectionUnknown { current = nil }
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func connected(
        _ current: inout PostgresConnection?, _ settings: PostgresSettings, _ cancellation: Cancellation,
        _ needsSchema: Bool
    ) throws(CentralError) -> PostgresConnection {
        if let connection = current, connection.isUsable { return connection }
        let connection = try PostgresConnection(settings, cancellation)
        if needsSchema {
            let rows = try connection.query("SELECT extflash.schema_version()")
            let found = Int(clamping: rows.number(0, 0) ?? 0), needed = CentralSchema.version
            guard found >= needed else { throw .olderSchema(found: found, needed: needed) }
            guard found == needed else { throw .newerSchema(found: found, known: needed) }
        }
        current = connection
        return connection
    }

    // MARK: - Records

    package func greet(_ station: CentralStation) throws(CentralError) -> CentralPosition {
        let rows = try ask(
            "SELECT central, sequence, hash FROM extflash.greet($1, $2)",
            [.text(station.name), .text(station.publicKey)])
        guard let central = rows.text(0, 0), let sequence = rows.number(0, 1),
            let hash = rows.text(0, 2).flatMap({ ContentHash($0) })
        else { throw .badAnswer("greeting") }
        return CentralPosition(central: central, sequence: sequence, hash: hash)
    }

    package func publish(
        _ entries: [RecordEntry], signature: String, of station: CentralStation
    ) throws(CentralError) -> Int64 {
        guard let first = entries.first else { throw .badAnswer("no records") }
        let rows = try ask(
            "SELECT extflash.publish($1, $2, $3, $4, $5)",
            [
                .text(station.name), .text(station.publicKey), .number(first.sequence),
                .text(try Self.json(entries.map(PublishedEntry.init))), .text(signature),
            ])
        guard let sequence = rows.number(0, 0) else { throw .badAnswer("publishing") }
        return sequence
    }

    // MARK: - Serial numbers

    package func lease(
        _ pool: String, request: String, to station: CentralStation
    ) throws(CentralError) -> SerialLease {
        let rows = try ask(
            "SELECT kind, first, step, last, block, lease_position, lease_count FROM extflash.lease($1, $2, $3, $4)",
            [.text(station.name), .text(station.publicKey), .text(pool), .text(request)])
        let numbers = (1...6).compactMap { rows.number(0, $0) }
        guard numbers.count == 6, numbers.allSatisfy({ $0 >= 0 }), numbers[5] > 0,
            let pool = SerialPool(
                kind: rows.text(0, 0), first: UInt64(numbers[0]), step: UInt64(numbers[1]),
                last: UInt64(numbers[2])),
            case let (end, overflows) = numbers[4].addingReportingOverflow(numbers[5]), !overflows,
            UInt64(end) <= pool.count
        else { throw .badAnswer("lease") }
        return SerialLease(
            request: request, pool: pool, positions: numbers[4]..<end, block: max(1, numbers[3]))
    }

    package func account(_ leases: [LeaseAccount], of station: CentralStation) throws(CentralError) {
        _ = try ask(
            "SELECT extflash.account($1, $2, $3)",
            [.text(station.name), .text(station.publicKey), .text(try Self.json(leases))])
    }

    /// JSON is how a list goes through one parameter: its escapes keep every character.
    static func json(_ value: some Encodable) throws(CentralError) -> String {
        do { return String(decoding: try JSONEncoder().encode(value), as: UTF8.self) } catch {
            throw .badAnswer("\(error)")
        }
    }
}

extension CentralError {
    /// An answer may still be on its way.
    fileprivate var leavesConnectionUnknown: Bool {
        switch self {
        case .timedOut, .lost, .stopped, .unreachable: true
        default: false
        }
    }
}

extension SerialPool {
    /// Nothing for a list: its lines stay where they are.
    init?(kind: String?, first: UInt64, step: UInt64, last: UInt64) {
        switch kind {
        case "counter": self = .counter(start: first, step: step, last: last)
        case "addresses": self = .addresses(start: first, step: step, last: last)
        default: return nil
        }
    }
}

private struct PublishedEntry: Encodable {
    let kind: String
    let unit: String
    let body: String
    let hash: String

    init(_ entry: RecordEntry) {
        (kind, unit, body, hash) = (entry.kind.rawValue, entry.unit, entry.body, entry.hash.description)
    }
}
