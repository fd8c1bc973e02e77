// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

extension FlashJournal {
    /// Where an unfinished job left the flash, as plain values for messages and documents.
    ///
    /// Every byte that the job changed is in exactly one of `erased`, `programmed` and `unknown`; what is in none of them
    /// holds what it held before. `verified` says in addition what was read back and found right: parts of
    /// `programmed`, and what was right already. `lost` names bytes beside the image that were erased with their sector
    /// and are not proven to be back; ``FlashJournal/unrestored`` still has their contents. All ranges are mapped
    /// addresses in address order, without overlap inside one list.
    ///
    /// It comes with every error that ends a job: look for a ``FlashError`` in the chain of causes and take
    /// `error.journal?.summary`. Nil means that the job ended before it looked at the flash.
    package struct Summary: Hashable, Sendable {
        /// `program` or `erase` for a job that changes something.
        package let operation: FlashOperation
        /// Erased, and nothing was written there since.
        package let erased: [AddressRange]
        /// Written completely, as far as the loader says.
        package let programmed: [AddressRange]
        /// Read back and right.
        package let verified: [AddressRange]
        /// An erase or a write began and its end was not seen.
        package let unknown: [AddressRange]
        package let lost: [AddressRange]
        package let repetition: Repetition
    }

    /// What the same command does when it is given again.
    package enum Repetition: String, Hashable, Sendable, CaseIterable {
        /// Everything, because nothing was changed.
        case startsOver = "starts-over"
        /// What is missing; what is right already is skipped.
        case completes
        /// What is missing, but the bytes in `lost` do not come back.
        case completesWithLoss = "completes-with-loss"
    }

    package var summary: Summary {
        Summary(
            operation: operation, erased: erased.ranges, programmed: programmed.ranges,
            verified: verified.ranges, unknown: unknown.ranges,
            lost: AddressRangeSet(unrestored.compactMap(\.range)).ranges, repetition: repetition)
    }

    private var repetition: Repetition {
        if isUntouched { return .startsOver }
        return unrestored.isEmpty ? .completes : .completesWithLoss
    }
}

extension FlashJournal.Summary {
    /// What a repetition does, as a sentence without a full stop.
    var advice: String {
        let skipped = operation == .erase ? "what is blank already" : "what is right already"
        let unsure =
            unknown.isEmpty ? "" : "; sectors in an unknown state are judged by what they read then"
        switch repetition {
        case .startsOver: return "nothing was changed: the same command does all of it"
        case .completes: return "the same command does the rest and skips \(skipped)\(unsure)"
        case .completesWithLoss:
            let count = lost.reduce(0) { $0 + $1.count }
            return "the same command does the rest and skips \(skipped)\(unsure), but cannot bring back "
                + "\(Format.count(count, "byte")) beside the image"
        }
    }

    /// One line per kind of state that there is, for people.
    package var lines: [String] {
        let states: [(String, [AddressRange])] = [
            ("erased", erased), ("programmed", programmed), ("verified", verified), ("unknown", unknown),
            ("lost", lost),
        ]
        return states.filter { !$0.1.isEmpty }.map { "\($0.0): \(AddressRangeSet($0.1))" } + [advice]
    }
}
