// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A change of the flash that was handed to the engine and whose end was not seen.
struct FlashChange {
    enum Work {
        /// `samples` are what parts of the range held before.
        case erase(samples: [FlashRun.Sample])
        case eraseChip
        /// `useful` bytes of the range count as programmed.
        case program([UInt8], useful: Int, ExpectedContents)
    }
    let range: AddressRange
    let work: Work
    /// Whether it was handed over before, and refused.
    var isRepeated = false

    var command: EngineCommand {
        switch work {
        case .erase: .erase(range)
        case .eraseChip: .eraseChip
        case .program(let bytes, _, _): .program(bytes, at: range.start)
        }
    }
    var operation: FlashOperation {
        switch work {
        case .erase: .erase
        case .eraseChip: .massErase
        case .program: .program
        }
    }
    var phase: FlashPhase { if case .program = work { .program } else { .erase } }
    /// What progress counts.
    var bytes: Int { if case .program(_, let useful, _) = work { useful } else { range.count } }
    /// What it counts for in ``FlashAbilities/window``: it takes time by its bytes, and some in any case.
    fileprivate var weight: Int { max(range.count, isErase ? 16 << 10 : 4 << 10) }
    fileprivate var isErase: Bool { phase == .erase }
}

/// Changes on their way: the journal notes each at its end.
extension FlashRun {
    /// Hands a change over, when there is room for it; it ends at ``settle()`` at the latest.
    func begin(_ change: FlashChange) throws(FlashError) {
        while !changes.isEmpty, changes.count >= engine.abilities.depth || isFull(for: change) {
            try completeOldest()
        }
        if isStopping { try settle() }
        try stopIfCancelled()
        try submit(change)
    }

    private func isFull(for change: FlashChange) -> Bool {
        let window = engine.abilities.window
        return changes.reduce(0) { $0 + $1.weight } > window - min(window, change.weight)
    }

    private func submit(_ change: FlashChange) throws(FlashError) {
        changes.append(change)
        do {
            try attempt(change.phase, bytes: 0) { () throws(FlashEngineFailure) in
                try engine.submit(change.command)
            }
        } catch { throw fail(error, of: change, behind: changes.dropLast()) }
    }

    /// Waits for the end of all that was begun.
    func settle() throws(FlashError) { while !changes.isEmpty { try completeOldest() } }

    private func completeOldest() throws(FlashError) {
        var change = changes[0]
        let result: EngineResult
        do {
            result = try attempt(change.phase, bytes: change.bytes) { () throws(FlashEngineFailure) in
                try engine.complete(poll)
            }
        } catch {
            guard case .refused(let cause) = error, change.isErase, !change.isRepeated else {
                throw fail(error, of: change, behind: [])
            }
            // The only repetition of a command: erasing twice does no harm. And only where the engine came back and said
            // no: behind a probe that was pulled out or a core that faulted there is nobody to ask again.
            let behind = changes.dropFirst()
            changes = []
            warn(.eraseRepeated(change.range, code: cause.code))
            change.isRepeated = true
            try repeatErase(change, after: error)
            for change in behind { try submit(change) }
            return
        }
        changes.removeFirst()
        note(change, took: result.duration)
    }

    private func repeatErase(
        _ change: FlashChange, after first: FlashEngineFailure
    ) throws(FlashError) {
        changes = [change]
        let result: EngineResult
        do {
            result = try attempt(change.phase, bytes: change.bytes) { () throws(FlashEngineFailure) in
                try engine.execute(change.command, poll: poll)
            }
        } catch {
            // If the retry is refused too, the first failure is reported: the second is often a consequence.
            if case .refused = error { throw fail(first, of: change, behind: []) }
            throw fail(error, of: change, behind: [])
        }
        changes = []
        note(change, took: result.duration)
    }

    private func note(_ change: FlashChange, took time: Duration) {
        switch change.work {
        case .erase, .eraseChip:
            journal.wasErased(change.range)
            report.erasedBytes += change.range.count
            if case .erase = change.work { costs.learn(change.range, took: time) }
        case .program(_, let useful, _):
            writeCosts.learn(
                pages: (change.range.count + geometry.pageSize - 1) / geometry.pageSize, took: time)
            journal.wasProgrammed(change.range)
            report.programmedBytes += useful
        }
    }

    /// The error of a change that failed, with the queue given up; `ahead` are those before it whose end was not seen.
    private func fail(
        _ failure: FlashEngineFailure, of change: FlashChange, behind ahead: ArraySlice<FlashChange>
    ) -> FlashError {
        let before = journal
        // What was handed over behind it was not begun, unless nobody can know.
        switch failure {
        case .failed: for change in changes { journal.starting(change.range) }
        case .stopped(begun: false): break
        case .refused, .stopped(begun: true):
            for change in ahead + [change] { journal.starting(change.range) }
        }
        changes = []
        var state: FlashRangeState?
        if case .refused = failure {
            switch change.work {
            case .erase(let samples): state = stateAfterErase(of: change.range, samples)
            case .eraseChip: state = stateAfterErase(of: change.range, [])
            case .program(let bytes, _, let contents):
                state = stateAfterWrite(of: bytes, at: change.range, contents, before)
            }
        }
        return error(for: failure, change.operation, change.range, state: state)
    }
}
