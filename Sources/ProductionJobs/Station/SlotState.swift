// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a slot shows to those who stand before it.
package struct SlotState: Codable, Hashable, Sendable {
    package enum Activity: String, Codable, CaseIterable, Sendable {
        /// Waits for a unit.
        case idle
        case running
        /// Takes no unit before somebody has looked: too many failures in a row.
        case stopped
        /// The station does not take new units any more.
        case parked
        /// The station cannot work: its disk or database.
        case trouble
    }

    package var name: String
    package var probe: String
    package var board: String?
    package var activity = Activity.idle
    /// Of the unit in work: `connecting`, then the phases of a flash job.
    package var phase: String?
    package var done: Int64?
    package var total: Int64?
    /// Bytes per second.
    package var rate: Double?
    package var secondsLeft: Double?
    package var unit: String?
    package var label: String?
    /// What the unit was given, by pool.
    package var serials: [String: String]?
    package var recipe: String?
    package var batch: String?
    /// Of the unit that was done last.
    package var verdict: Verdict?
    package var failure: UnitClosing.Failure?
    /// It takes no further unit: the station ends, or a new station file has no such slot.
    package var isLeaving = false
    /// What is wrong with the slot's probe: none is there, or another one than the station file says.
    package var probeProblem: UnitClosing.Failure?
    /// Where boards start by themselves: whether one is there; nil before that is sure.
    package var hasBoard: Bool?
    package var queued = 0
    package var good = 0
    package var failed = 0
    package var failuresInRow = 0

    package init(name: String, probe: String, board: String?) {
        (self.name, self.probe, self.board) = (name, probe, board)
    }
}
