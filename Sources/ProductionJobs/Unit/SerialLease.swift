// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Values of a pool that nobody but one station gives.
package struct SerialLease: Hashable, Sendable {
    package var request: String
    package var pool: SerialPool
    /// Positions in the pool.
    package var positions: Range<Int64>
    /// Values that are leased at once.
    package var block: Int64

    package init(request: String, pool: SerialPool, positions: Range<Int64>, block: Int64) {
        (self.request, self.pool, self.positions, self.block) = (request, pool, positions, block)
    }
}

/// What became of a lease.
package struct LeaseAccount: Hashable, Codable, Sendable {
    package var request: String
    package var pool: String
    package var position: Int64
    package var count: Int64
    /// Values that were given to units, from the first on.
    package var given: Int64
    /// The rest is the database's again.
    package var isReturned: Bool

    package init(
        request: String, pool: String, position: Int64, count: Int64, given: Int64, isReturned: Bool
    ) {
        (self.request, self.pool, self.position) = (request, pool, position)
        (self.count, self.given, self.isReturned) = (count, given, isReturned)
    }
}
