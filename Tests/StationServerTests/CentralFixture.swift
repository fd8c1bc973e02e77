// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import Foundation
import Logging
import ProductionJobs
import ProductionStore
import StationTestKit
import Synchronization

@testable import StationServer

/// A station's memory beside a model of the central database; its time goes on with every round.
final class CentralFixture {
    let name: String
    let folder: String
    let central: ModelCentral
    private(set) var memory: StationMemory
    private var progress = CentralExchange.Progress()
    private var now = Duration.zero
    private var units = 0
    private let requests: SerialCounter

    convenience init(_ central: ModelCentral) throws { try self.init("line", central) }

    init(_ name: String, _ central: ModelCentral, folder: String? = nil) throws {
        (self.name, self.central) = (name, central)
        self.folder = folder ?? NSTemporaryDirectory() + "extflash-central-" + UUID().uuidString
        memory = try StationMemory(folder: self.folder, limits: StationDefinition.Limits())
        requests = SerialCounter(name)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func exchange(pools: [String] = ["serial"]) -> CentralExchange {
        CentralExchange(
            central: central, station: CentralStation(name: name, publicKey: memory.key.publicKey),
            outbox: memory.outbox, leases: memory.leases, pools: pools, database: "model",
            newRequest: { [requests] in requests.next() })
    }

    /// One round; the error it ends with.
    @discardableResult
    func round(pools: [String] = ["serial"]) -> StationError? {
        now += .seconds(60)
        do throws(StationError) {
            _ = try exchange(pools: pools).round(&progress, now: now)
            return nil
        } catch { return error }
    }

    /// Rounds until nothing waits; the last error where that does not come to be.
    @discardableResult
    func settle(pools: [String] = ["serial"], rounds: Int = 40) -> StationError? {
        var last: StationError?
        for _ in 0..<rounds {
            last = round(pools: pools)
            guard
                last != nil
                    || (try? memory.outbox.state(published: progress.position))
                        .map({ $0.published < $0.last }) ?? true
            else { break }
        }
        // Accounts are told when nothing waits.
        return round(pools: pools) ?? last
    }

    /// One unit with a number of each pool; its serial number.
    @discardableResult
    func make(pools: [String] = ["serial"], verdict: Verdict = .good) throws -> String? {
        units += 1
        let unit = "\(name)-\(units)"
        let opening = UnitOpening(
            unit: unit, station: name, slot: "A1",
            probe: UnitOpening.ProbeIdentity(kind: "stlink-v3", path: "1-1"),
            recipe: UnitOpening.RecipeIdentity(name: "r", hash: ContentHash(of: [1])), images: [],
            startedAt: "2026-01-01T00:00:00.000Z", attempt: 1)
        let opened = try memory.records.open(opening, pools: pools)
        try memory.records.close(
            UnitClosing(unit: unit, verdict: verdict, endedAt: "2026-01-01T00:00:09.000Z"))
        return opened.opening.serials["serial"]
    }

    /// As after a restart, with what is in `copy` where one is given.
    func reopen(from copy: String? = nil) throws {
        if let copy {
            for file in ["station.db", "station.db-wal", "station.db-shm"] {
                try? FileManager.default.removeItem(atPath: folder + "/" + file)
            }
            try FileManager.default.copyItem(atPath: copy, toPath: folder + "/station.db")
        }
        memory = try StationMemory(folder: folder, limits: StationDefinition.Limits())
        progress = CentralExchange.Progress()
    }

    /// A copy of the database as it is now.
    func copy() throws -> String {
        try memory.database.checkpoint()
        let path = folder + "/copy-\(units).db"
        try FileManager.default.copyItem(atPath: folder + "/station.db", toPath: path)
        return path
    }

    /// Every entry of the station's own chain.
    func entries() throws -> [RecordEntry] {
        try memory.outbox.next(after: 0, limit: .max)?.entries ?? []
    }
}

/// Names requests, of which no two are alike.
private final class SerialCounter: Sendable {
    private let name: String
    private let count = Mutex(0)
    init(_ name: String) { self.name = name }
    func next() -> String {
        count.withLock {
            $0 += 1
            return "\(name)/\($0)"
        }
    }
}
