// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import Foundation
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
    private let isInteractive: Bool

    init(console: Console) {
        self.console = console
        isInteractive = console.isInteractive
    }

    func update(_ update: FlashProgress) {
        guard console.progress != .none else { return }
        state.withLock { state in
            // The first piece is read back in the middle of programming; that is not the next phase yet.
            if update.phase != state.phase, update.done == 0, !state.isComplete { return }
            state.isComplete = update.done >= update.total
            if isInteractive { draw(update, &state) } else { logLine(update, &state) }
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
    private func draw(_ update: FlashProgress, _ state: inout State) {
        let isLast = update.done >= update.total
        let now = ContinuousClock.now
        if update.phase == state.phase, !isLast, let last = state.lastDraw, now - last < .milliseconds(50) {
            return
        }
        if update.phase != state.phase { closeLine(&state) }
        state.phase = update.phase
        state.lastDraw = now
        state.lineIsOpen = true
        console.raw("\r\u{1B}[K" + Self.bar(update, width: Self.terminalWidth()))
    }

    /// One line per phase start and then each tenth, for logs.
    private func logLine(_ update: FlashProgress, _ state: inout State) {
        let tenth = update.total > 0 ? update.done * 10 / update.total : 10
        if update.phase == state.phase, tenth == state.lastTenth { return }
        (state.phase, state.lastTenth) = (update.phase, tenth)
        console.note(Self.text(update))
    }

    private static func percentage(_ update: FlashProgress) -> String {
        let percent = update.total > 0 ? min(100, update.done * 100 / update.total) : 100
        return String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0) + "\(percent) %"
    }

    private static func text(_ update: FlashProgress) -> String {
        var parts = [
            update.phase.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0), percentage(update),
            "\(Quantity.bytes(UInt64(update.done))) of \(Quantity.bytes(UInt64(update.total)))",
        ]
        let rate = Quantity.rate(UInt64(update.done), in: update.phaseElapsed)
        if update.done > 0, !rate.isEmpty { parts.append(rate) }
        if update.done >= update.total {
            parts.append("in \(Quantity.time(update.phaseElapsed))")
        } else if update.rate != nil {
            parts.append("\(Quantity.time(update.phaseRemaining)) left")
        }
        return parts.joined(separator: "  ")
    }

    private static func bar(_ update: FlashProgress, width: Int) -> String {
        let text = text(update)
        let room = width - text.count - 4
        guard room >= 10 else { return String(text.prefix(max(0, width - 1))) }
        let cells = min(room, 30)
        let full =
            update.total > 0 ? min(update.done, update.total) * cells / update.total : cells
        let bar = String(repeating: "█", count: full) + String(repeating: "·", count: cells - full)
        return "\(text.prefix(8)) \(bar) \(text.dropFirst(8))"
    }

    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
