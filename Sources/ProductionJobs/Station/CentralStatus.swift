// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How a station stands with the central database.
package struct CentralStatus: Codable, Hashable, Sendable {
    /// Where it is, without anything secret.
    package var database: String
    package var isConnected = false
    /// Entries of the chain of records that the database has.
    package var published: Int64 = 0
    /// Entries that wait to be sent.
    package var waiting: Int64 = 0
    /// When the oldest of them was written; nil where none waits.
    package var oldestWaiting: String?
    package var pools: [Pool] = []
    /// Why the last exchange did not succeed; nil after one that did.
    package var problem: UnitClosing.Failure?
    /// What nothing but a person can settle: serial numbers are not given until then.
    package var conflict: String?

    package struct Pool: Codable, Hashable, Sendable {
        package var name: String
        /// Values that are leased and not given yet.
        package var left: UInt64
        /// Why no more is leased.
        package var problem: UnitClosing.Failure?

        package init(name: String, left: UInt64, problem: UnitClosing.Failure? = nil) {
            (self.name, self.left, self.problem) = (name, left, problem)
        }
    }

    package init(database: String) { self.database = database }
}
