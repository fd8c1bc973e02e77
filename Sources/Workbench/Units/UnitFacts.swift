// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import ProductionJobs

/// What is known of a unit so far: filled as the job goes on, so that a failure loses none of it.
package struct UnitFacts: Sendable {
    package internal(set) var probe: ProbeFacts?
    package internal(set) var target: TargetFacts?
    package internal(set) var flash: FlashFacts?
    /// Of the loader that programs.
    package internal(set) var loaderHash: ContentHash?
    package internal(set) var timing: Timing?
    package internal(set) var work: UnitClosing.Work?
    /// Of every byte that was written and proven, in address order.
    package internal(set) var contents: ContentHash?
    /// Millivolts, as last measured.
    package internal(set) var supplyMillivolts: Int?
    /// Attempts that the cable or a contact ended, in order; the last attempt is not among them.
    package internal(set) var repetitions: [Repetition] = []
    /// Whether erasing or programming began.
    package internal(set) var isTouched = false

    /// Why the unit was begun again.
    package struct Repetition: Sendable {
        package let because: ErrorReport
        /// What the attempt took.
        package let seconds: Double
    }

    package init() {}

    /// The microcontroller's own number, 12 bytes; empty where it cannot be read.
    package var uniqueID: [UInt8] {
        let digits = Array((target?.uniqueID ?? "").utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
        }
    }
}

/// What became of one unit.
package struct UnitOutcome: Sendable {
    package let facts: UnitFacts
    /// Nil: it is proven, and every check passed.
    package let failure: WorkbenchError?

    package init(facts: UnitFacts = UnitFacts(), failure: WorkbenchError?) {
        (self.facts, self.failure) = (facts, failure)
    }
}
