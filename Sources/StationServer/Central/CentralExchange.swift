// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import ProductionJobs
import ProductionStore

/// What a station and the central database tell each other, one step after the other.
///
/// Blocks as long as the database takes. What is on its way when it stops is done again by the next round, and kept once.
struct CentralExchange: Sendable {
    let central: any Central
    let station: CentralStation
    let outbox: RecordOutbox
    let leases: LeaseBook
    /// Pools whose values are leased.
    let pools: [String]
    /// For messages.
    let database: String
    /// Names a request for a lease; no two are alike, also of different stations.
    let newRequest: @Sendable () -> String

    /// What is known from one round to the next.
    struct Progress: Sendable {
        /// How far the database has the records; nil before it was greeted.
        var position: Int64?
        var notedPosition: Int64 = 0
        var notedAt = Duration.zero
        var accountedAt = Duration.zero
        /// Why no more is leased of a pool, and when it is tried again.
        var poolProblems: [String: PoolProblem] = [:]
    }
    struct PoolProblem: Sendable {
        let error: CentralError
        let until: Duration
    }

    /// How long a pool that has nothing is left alone.
    private static let poolPause = Duration.seconds(30)
    /// How far apart positions and accounts are written down while units are in work.
    private static let notePause = Duration.seconds(5)
    /// Leases of one pool in one round.
    private static let leaseLimit = 8

    /// One round; returns whether there is more to send.
    ///
    /// `now` counts from any moment.
    func round(_ progress: inout Progress, now: Duration) throws(StationError) -> Bool {
        do throws(StationError) {
            if progress.position == nil { try greet(&progress) }
            for pool in pools { try renewLeases(of: pool, &progress, now) }
            let hasMore = try publish(&progress, now)
            if !hasMore, now - progress.accountedAt >= Self.notePause {
                progress.accountedAt = now
                try tell(asking { () throws(StoreError) in try leases.accounts() })
            }
            return hasMore
        } catch {
            // How far the database has the records is asked anew.
            progress.position = nil
            if let conflict = error.centralConflict {
                try asking { () throws(StoreError) in try outbox.note(conflict: conflict.summary) }
            }
            throw error
        }
    }

    /// Finds out how far the database has the records, whatever was noted here: it may have been put back from a copy.
    private func greet(_ progress: inout Progress) throws(StationError) {
        let position = try askingCentral { () throws(CentralError) in try central.greet(station) }
        let (isSame, last, own) = try asking { () throws(StoreError) in
            (
                try outbox.isSame(position.central), try outbox.state().last,
                try outbox.hash(at: position.sequence)
            )
        }
        guard isSame else { throw .central(CentralError.otherCentral(database: database)) }
        guard let own else {
            throw .central(
                CentralError.stationBehind(station: station.name, central: position.sequence, own: last))
        }
        guard own == position.hash else {
            throw .central(CentralError.recordsDiffer(station: station.name, sequence: position.sequence))
        }
        // All of them: a database that was put back from a copy learns of leases that it gave since.
        try tell(asking { () throws(StoreError) in try leases.accounts(all: true) })
        try asking { () throws(StoreError) in
            try outbox.note(conflict: nil)
            try outbox.note(published: position.sequence)
        }
        (progress.position, progress.notedPosition) = (position.sequence, position.sequence)
    }

    /// Leases the next block as soon as less than one is left.
    private func renewLeases(
        of pool: String, _ progress: inout Progress, _ now: Duration
    ) throws(StationError) {
        if let problem = progress.poolProblems[pool], now < problem.until { return }
        for _ in 0..<Self.leaseLimit {
            let left = try asking { () throws(StoreError) in try leases.left(of: pool) }
            guard left.values < max(1, left.block) else {
                progress.poolProblems[pool] = nil
                return
            }
            let request = try asking { () throws(StoreError) in
                try leases.request(for: pool, new: newRequest())
            }
            let lease: SerialLease
            do throws(CentralError) { lease = try central.lease(pool, request: request, to: station) } catch {
                guard error.concernsPoolOnly else { throw .central(error) }
                progress.poolProblems[pool] = PoolProblem(error: error, until: now + Self.poolPause)
                return
            }
            do throws(StoreError) { try leases.keep(lease, of: pool) } catch {
                guard case .poolDiffers = error else { throw StationError(error) }
                // A pool of the station's own has the name.
                progress.poolProblems[pool] = PoolProblem(
                    error: .poolDiffers(pool), until: now + Self.poolPause)
                return
            }
        }
    }

    /// Sends one consignment; returns whether another waits.
    private func publish(_ progress: inout Progress, _ now: Duration) throws(StationError) -> Bool {
        let position = progress.position ?? 0
        let consignment = try asking { () throws(StoreError) in try outbox.next(after: position) }
        if let consignment {
            let reached = try askingCentral { () throws(CentralError) in
                try central.publish(consignment.entries, signature: consignment.signature, of: station)
            }
            progress.position = reached
        }
        let reached = progress.position ?? 0
        if reached != progress.notedPosition, consignment == nil || now - progress.notedAt >= Self.notePause {
            try asking { () throws(StoreError) in try outbox.note(published: reached) }
            (progress.notedPosition, progress.notedAt) = (reached, now)
        }
        return consignment != nil
    }

    private func tell(_ accounts: [LeaseAccount]) throws(StationError) {
        guard !accounts.isEmpty else { return }
        try askingCentral { () throws(CentralError) in try central.account(accounts, of: station) }
        try asking { () throws(StoreError) in try leases.note(accounted: accounts) }
    }
}

/// What the central database answers, with its refusals as the station's.
func askingCentral<Result>(_ body: () throws(CentralError) -> Result) throws(StationError) -> Result {
    do { return try body() } catch { throw .central(error) }
}

extension StationError {
    /// What nothing but a person can settle.
    fileprivate var centralConflict: CentralError? {
        guard case .central(let error as CentralError) = self, error.isConflict else { return nil }
        return error
    }
}
