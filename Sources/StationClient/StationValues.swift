// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ProductionJobs

/// The station as a whole.
package struct StationStatus: Codable, Sendable {
    package let name: String
    package let title: String
    package let slots: [SlotState]
    /// Units of every batch, by verdict.
    package let units: [String: Int]
    /// The number of the last event, from which to listen.
    package let lastEvent: Int64
    /// Nil where there is none.
    package let central: CentralStatus?
}

/// One unit that was asked for.
package struct StationJob: Codable, Sendable {
    package let id: Int64
    package let slot: String
    package let state: State
    package let request: UnitJobRequest?
    package let unit: String?
    package let created: String
    package let ended: String?

    package enum State: String, Codable, CaseIterable, Sendable {
        case queued, running, done, cancelled, interrupted
    }
    package var isEnded: Bool { state != .queued && state != .running }
}

/// What a gang start has begun, and where it could not.
package struct StartedJobs: Codable, Sendable {
    package let jobs: [StationJob]
    /// By slot: why nothing was begun there; nil where slots were named.
    package let refused: [String: String]?

    package init(jobs: [StationJob], refused: [String: String]?) {
        (self.jobs, self.refused) = (jobs, refused)
    }
}

/// The record of a unit.
package struct StationUnit: Codable, Sendable {
    package let opened: UnitOpening
    package let closed: UnitClosing?
    package let sequence: Int64
}

package struct StationBatch: Codable, Sendable {
    package let name: String
    package let recipe: String
    package let workOrder: String?
    package let limit: Int?
    package let opened: String
    package let closed: String?
}

package struct StationRecipe: Codable, Sendable {
    package let hash: String
    package let name: String
    package let stored: String
    package let approved: String?
    package let approver: String?
    package let retired: String?
    package let text: String?
}

/// Serial numbers or addresses that the station gives.
package struct StationPool: Codable, Sendable {
    package let name: String
    package let left: UInt64
    package let reserved: Int
    package let used: Int
    package let burnt: Int
}

package struct StationImage: Codable, Sendable {
    package let hash: String
    package let name: String
    package let size: Int64
    package let stored: String
}

/// What a new station file has changed, by the names of slots.
package struct StationReload: Codable, Sendable {
    package let unchanged: [String]
    package let changed: [String]
    package let added: [String]
    package let removed: [String]
}

/// A probe that is plugged into the station's machine.
package struct StationProbe: Codable, Sendable {
    package struct Seen: Codable, Sendable {
        package let path: String
        package let kind: String
        package let product: String
        package let serial: String?
        /// What keeps it from being used.
        package let obstacle: String?
    }
    package let probe: Seen
    /// Nil: it belongs to none.
    package let slot: String?
}

/// What came from the central database, or went there.
package struct StationTransfer: Codable, Sendable {
    package let hash: String
}

/// What a unit in work is at.
package struct UnitProgress: Codable, Sendable {
    package let name: String
    package let phase: String
    package let done: Int
    package let total: Int
    package let rate: Double?
    package let secondsLeft: Double
}
