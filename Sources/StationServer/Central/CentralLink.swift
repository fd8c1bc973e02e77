// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import Foundation
import Logging
import ProductionJobs
import ProductionStore
import Synchronization
import Workbench

/// Keeps a station and the central database in step, on a thread of its own; nothing of the station waits for it.
final class CentralLink: Sendable {
    let exchange: CentralExchange
    let memory: StationMemory
    private let definition: CentralDefinition
    private let log: Logger
    private let cancellation: Cancellation
    private let bench = Bench(name: "central")
    private let state = Mutex(State())

    private struct State {
        var progress = CentralExchange.Progress()
        var problem: UnitClosing.Failure?
        var failures = 0
    }

    /// Between two looks whether there is something to send.
    private static let pause = Duration.milliseconds(500)
    /// After failures: half to the whole of 1, 2, 4 … seconds, so that a thousand stations do not come back at once.
    private static let longestPause = 8.0

    convenience init(
        _ definition: CentralDefinition, station: String, memory: StationMemory, log: Logger
    ) {
        let cancellation = Cancellation()
        let central = PostgresCentral(
            PostgresSettings(definition, application: "extflashd \(station)"), cancellation: cancellation)
        self.init(
            definition, central: central, station: station, memory: memory, log: log,
            cancellation: cancellation)
    }

    init(
        _ definition: CentralDefinition, central: any Central, station: String, memory: StationMemory,
        log: Logger, cancellation: Cancellation = Cancellation()
    ) {
        (self.definition, self.memory, self.log, self.cancellation) = (definition, memory, log, cancellation)
        exchange = CentralExchange(
            central: central, station: CentralStation(name: station, publicKey: memory.key.publicKey),
            outbox: memory.outbox, leases: memory.leases, pools: definition.pools,
            database: definition.database.description, newRequest: { UUID().uuidString.lowercased() })
    }

    func stop() { cancellation.cancel() }

    func run() async {
        let start = ContinuousClock.now
        while !cancellation.isCancelled {
            let end = ContinuousClock.now + (await step(at: ContinuousClock.now - start))
            while !cancellation.isCancelled, ContinuousClock.now < end {
                do {
                    try await Task.sleep(for: min(end - ContinuousClock.now, .milliseconds(200)))
                } catch { return }
            }
        }
        await bench.perform { [exchange] in exchange.central.close() }
    }

    /// One round; returns how long to wait until the next.
    func step(at now: Duration) async -> Duration {
        let before = state.withLock { $0.progress }
        let (progress, result) = await bench.perform { [exchange] in
            var progress = before
            let result: Result<Bool, StationError>
            do throws(StationError) { result = .success(try exchange.round(&progress, now: now)) } catch {
                result = .failure(error)
            }
            return (progress, result)
        }
        switch result {
        case .success(let hasMore):
            note(progress, nil)
            return hasMore ? .zero : Self.pause
        case .failure(let error):
            guard !cancellation.isCancelled else { return .zero }
            let failures = note(progress, error)
            let most = min(Self.longestPause, Double(1 << min(failures - 1, 6)))
            return .seconds(Double.random(in: most / 2...most))
        }
    }

    @discardableResult
    private func note(_ progress: CentralExchange.Progress, _ error: StationError?) -> Int {
        let failure = error.map { UnitClosing.Failure(ErrorReport($0.origin)) }
        let (before, failures) = state.withLock { state in
            let before = state.problem
            state.progress = progress
            state.problem = failure
            state.failures = failure == nil ? 0 : state.failures + 1
            return (before, state.failures)
        }
        if let failure, failure.code != before?.code {
            log.warning("\(failure.summary)", metadata: ["error": "\(failure.code)"])
        } else if failure == nil, before != nil {
            log.info("the central database answers again")
        }
        return failures
    }

    /// How the station stands with the database; nothing is asked of it.
    func status() throws(StationError) -> CentralStatus {
        let (progress, problem) = state.withLock { ($0.progress, $0.problem) }
        return try asking { () throws(StoreError) in
            let outbox = try memory.outbox.state(published: progress.position)
            var status = CentralStatus(database: definition.database.description)
            status.isConnected = progress.position != nil
            (status.published, status.waiting) = (outbox.published, outbox.last - outbox.published)
            (status.oldestWaiting, status.conflict) = (outbox.oldestWaiting, outbox.conflict)
            status.problem = problem
            for pool in definition.pools {
                status.pools.append(
                    CentralStatus.Pool(
                        name: pool, left: UInt64(clamping: try memory.leases.left(of: pool).values),
                        problem: progress.poolProblems[pool].map {
                            UnitClosing.Failure(ErrorReport($0.error))
                        }))
            }
            return status
        }
    }

    /// Asks the database for something, between two rounds.
    func ask<Answer: Sendable>(
        _ work: @escaping @Sendable (any Central) throws(StationError) -> Answer
    ) async throws(StationError) -> Answer {
        let result = await bench.perform { [exchange] in
            let result: Result<Answer, StationError>
            do throws(StationError) { result = .success(try work(exchange.central)) } catch {
                result = .failure(error)
            }
            return result
        }
        return try result.get()
    }
}
