// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import Synchronization
import Workbench

/// Draws progress and trace lines on standard error without letting one tear the other.
final class ProgressDisplay: Sendable {
    private struct State {
        var phase: FlashPhase?
        var lineIsOpen = false
        var lastDraw: ContinuousClock.Instant?
        var lastTenth = -1
        var isComplete = true
    }
    private let state = Mutex(State())
    private let console: Console

    init(console: Console) { self.console = console }

    func update(_ progress: FlashProgress) {
        guard console.progress != .none else { return }
        state.withLock { state in
            // The first piece is read back in the middle of programming; that is not the next phase yet.
            if progress.phase != state.phase, progress.done == 0, !state.isComplete { return }
            state.isComplete = progress.done >= progress.total
            if let width = console.barWidth {
                draw(progress, width: width, &state)
            } else {
                logLine(progress, &state)
            }
        }
    }

    func trace(_ level: TraceLevel, _ message: String, _ metadata: Observer.Metadata) {
        let values = metadata.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        let mark = level == .warning ? "warning: " : ""
        state.withLock { state in
            closeLine(&state)
            console.note(mark + message + (values.isEmpty ? "" : "  \(values)"))
        }
    }

    /// Ends a bar that is still open, so that what follows begins on its own line.
    func finish() { state.withLock { closeLine(&$0) } }

    private func closeLine(_ state: inout State) {
        if state.lineIsOpen { console.raw("\n") }
        state.lineIsOpen = false
    }

    /// At most 20 redraws a second: a terminal over a slow line must not hold up the probe.
    private func draw(_ progress: FlashProgress, width: Int, _ state: inout State) {
        let now = ContinuousClock.now
        if progress.phase == state.phase, progress.done < progress.total, let last = state.lastDraw,
            now - last < .milliseconds(50)
        {
            return
        }
        if progress.phase != state.phase { closeLine(&state) }
        state.phase = progress.phase
        state.lastDraw = now
        state.lineIsOpen = true
        console.raw("\r\u{1B}[K" + ProgressLine(progress: progress).bar(width: width))
    }

    /// One line per phase start and then each tenth, for logs.
    private func logLine(_ progress: FlashProgress, _ state: inout State) {
        let tenth = progress.total > 0 ? progress.done * 10 / progress.total : 10
        if progress.phase == state.phase, tenth == state.lastTenth { return }
        (state.phase, state.lastTenth) = (progress.phase, tenth)
        console.note(ProgressLine(progress: progress).text)
    }
}
