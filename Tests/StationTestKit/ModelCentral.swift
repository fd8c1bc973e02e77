// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import CentralDatabase
package import ProductionJobs
import Synchronization

/// The central database as it should be, in memory, and whatever keeps its answers from arriving.
package final class ModelCentral: Central {
    package struct Lease: Hashable, Sendable {
        package let pool: String
        package let station: String
        package let positions: Range<Int64>
        package var given: Int64 = 0
        package var isReturned = false
    }
    package struct Contents: Sendable {
        package var name = "central-1"
        package var keys: [String: String] = [:]
        package var records: [String: [RecordEntry]] = [:]
        package var signatures: [String: [Int64: String]] = [:]
        package var pools: [String: (pool: SerialPool, block: Int64, next: Int64)] = [:]
        package var free: [String: [Range<Int64>]] = [:]
        package var leases: [String: Lease] = [:]
        package var recipes: [ContentHash: String] = [:]
        package var images: [ContentHash: CentralImage] = [:]
        package var pieces: [ContentHash: [Int: [UInt8]]] = [:]
    }
    package enum Trouble: Sendable { case none, before, after }

    private struct State {
        var contents = Contents()
        var calls = 0
        var trouble: @Sendable (_ call: Int) -> Trouble = { _ in .none }
    }
    private let state = Mutex(State())

    package init() {}

    package var contents: Contents {
        get { state.withLock { $0.contents } }
        set { state.withLock { $0.contents = newValue } }
    }
    package var calls: Int { state.withLock { $0.calls } }

    /// Says what becomes of each call: it does not arrive, or its answer does not.
    package func disturb(_ trouble: @escaping @Sendable (_ call: Int) -> Trouble) {
        state.withLock { ($0.trouble, $0.calls) = (trouble, 0) }
    }

    package static let away = CentralError.unreachable(database: "model", detail: "away")

    private func call<Answer: Sendable>(
        _ work: @Sendable (inout Contents) throws(CentralError) -> Answer
    ) throws(CentralError) -> Answer {
        let result: Result<Answer, CentralError> = state.withLock { state in
            state.calls += 1
            let trouble = state.trouble(state.calls)
            guard trouble != .before else { return .failure(Self.away) }
            // As a transaction: all of it or nothing.
            var contents = state.contents
            do throws(CentralError) {
                let answer = try work(&contents)
                state.contents = contents
                return trouble == .after ? .failure(Self.away) : .success(answer)
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func know(_ station: CentralStation, _ contents: inout Contents) throws(CentralError) {
        guard contents.keys[station.name] ?? station.publicKey == station.publicKey else {
            throw .otherKey(station: station.name)
        }
        contents.keys[station.name] = station.publicKey
    }

    package func greet(_ station: CentralStation) throws(CentralError) -> CentralPosition {
        try call { contents throws(CentralError) in
            try Self.know(station, &contents)
            let last = contents.records[station.name]?.last
            return CentralPosition(
                central: contents.name, sequence: last?.sequence ?? 0, hash: last?.hash ?? RecordEntry.origin)
        }
    }

    package func publish(
        _ entries: [RecordEntry], signature: String, of station: CentralStation
    ) throws(CentralError) -> Int64 {
        try call { contents throws(CentralError) in
            try Self.know(station, &contents)
            var records = contents.records[station.name] ?? []
            for entry in entries {
                if entry.sequence <= Int64(records.count) {
                    guard records[Int(entry.sequence) - 1].hash == entry.hash else {
                        throw .recordsDiffer(station: station.name, sequence: entry.sequence)
                    }
                    continue
                }
                guard entry.sequence == Int64(records.count) + 1 else {
                    throw .gap(station: station.name, sequence: entry.sequence)
                }
                guard entry.hash == entry.expectedHash,
                    entry.previous == records.last?.hash ?? RecordEntry.origin
                else { throw .chainBroken(station: station.name, sequence: entry.sequence) }
                records.append(entry)
            }
            contents.records[station.name] = records
            contents.signatures[station.name, default: [:]][Int64(records.count)] = signature
            return Int64(records.count)
        }
    }

    package func lease(_ pool: String, request: String, to station: CentralStation) throws(CentralError)
        -> SerialLease
    {
        try call { contents throws(CentralError) in
            try Self.know(station, &contents)
            guard let known = contents.pools[pool] else { throw .unknownPool(pool) }
            let positions: Range<Int64>
            if let lease = contents.leases[request] {
                positions = lease.positions
            } else if let free = contents.free[pool]?.first {
                let end = min(free.upperBound, free.lowerBound + known.block)
                positions = free.lowerBound..<end
                contents.free[pool]?.removeFirst()
                if end < free.upperBound { contents.free[pool]?.insert(end..<free.upperBound, at: 0) }
            } else {
                let end = min(known.next + known.block, Int64(known.pool.count))
                guard end > known.next else { throw .poolExhausted(pool) }
                positions = known.next..<end
                contents.pools[pool]?.next = end
            }
            if contents.leases[request] == nil {
                contents.leases[request] = Lease(pool: pool, station: station.name, positions: positions)
            }
            return SerialLease(
                request: request, pool: known.pool, positions: positions, block: known.block)
        }
    }

    package func account(_ leases: [LeaseAccount], of station: CentralStation) throws(CentralError) {
        try call { contents throws(CentralError) in
            for account in leases {
                let positions = account.position..<account.position + account.count
                if contents.leases[account.request] == nil {
                    let overlaps = contents.leases.values.contains { other in
                        let end =
                            other.isReturned
                            ? other.positions.lowerBound + other.given : other.positions.upperBound
                        return other.pool == account.pool
                            && (other.positions.lowerBound..<end).overlaps(positions)
                    }
                    guard !overlaps else { throw .leaseOverlaps(pool: account.pool, detail: station.name) }
                    contents.leases[account.request] = Lease(
                        pool: account.pool, station: station.name, positions: positions)
                    let next = contents.pools[account.pool]?.next ?? 0
                    contents.pools[account.pool]?.next = max(next, positions.upperBound)
                }
                guard contents.leases[account.request]?.isReturned == false else { continue }
                contents.leases[account.request]?.given = account.given
                contents.leases[account.request]?.isReturned = account.isReturned
                let rest = positions.lowerBound + account.given..<positions.upperBound
                if account.isReturned, !rest.isEmpty { contents.free[account.pool, default: []].append(rest) }
            }
        }
    }

    package func recipe(_ hash: ContentHash) throws(CentralError) -> String {
        try call { contents throws(CentralError) in
            guard let text = contents.recipes[hash] else { throw .unknownRecipe(hash) }
            return text
        }
    }

    package func push(recipe text: RecipeText, by person: String) throws(CentralError) {
        try call { $0.recipes[text.hash] = text.text }
    }

    package func image(_ hash: ContentHash) throws(CentralError) -> CentralImage {
        try call { contents throws(CentralError) in
            guard let image = contents.images[hash] else { throw .unknownImage(hash) }
            return image
        }
    }

    package func piece(_ index: Int, of hash: ContentHash) throws(CentralError) -> [UInt8] {
        try call { contents throws(CentralError) in
            guard let piece = contents.pieces[hash]?[index] else { throw .incompleteImage(hash) }
            return piece
        }
    }

    package func push(piece: [UInt8], at index: Int, of hash: ContentHash) throws(CentralError) {
        try call { $0.pieces[hash, default: [:]][index] = piece }
    }

    package func finish(_ image: CentralImage, of hash: ContentHash, by person: String) throws(CentralError) {
        try call { contents throws(CentralError) in
            let size = contents.pieces[hash]?.values.reduce(0) { $0 + $1.count } ?? 0
            guard Int64(size) == image.size else { throw .incompleteImage(hash) }
            contents.images[hash] = image
        }
    }

    package func close() {}
}
