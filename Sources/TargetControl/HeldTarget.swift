// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import CortexM
package import DebugAccess
import Essentials
package import HardwareDescription

/// A target that is held: main core halted, second core parked, watchdogs frozen.
///
/// After a hot connection it is only looked at: nothing is halted.
package final class HeldTarget {
    package let definition: TargetDefinition
    /// The core that runs loaders.
    package let core: Core
    /// What the main core sees.
    package let memory: MemoryAccessPort
    /// The debug bus with DBGMCU: works whatever the cores do.
    package let debugMemory: MemoryAccessPort?
    /// The parked core; nil when there is none or it is off.
    package internal(set) var secondCore: Core?
    package internal(set) var report: BringUpReport

    /// False after a hot connection.
    package internal(set) var isHeld = true
    /// The application can no longer go on where it was.
    package private(set) var isDisturbed = false
    /// Debug registers to put back, in the order they were changed.
    var changedDebugRegisters: [(register: UInt32, value: UInt32)] = []
    private var lastFeed: Duration?
    var feedInterval: Duration = .milliseconds(100)

    /// For tests and tools that do their own bring-up.
    package convenience init(definition: TargetDefinition, core: Core) {
        self.init(definition: definition, core: core, debugMemory: nil)
    }

    init(
        definition: TargetDefinition, core: Core, debugMemory: MemoryAccessPort?
    ) {
        (self.definition, self.core, self.memory) = (definition, core, core.memory)
        self.debugMemory = debugMemory
        report = BringUpReport()
        core.keepAlive = { [weak self] () throws(DebugAccessError) in try self?.keepAlive() }
    }

    /// Has the target reset when it is let go: what ran on it cannot go on.
    package func disturb() { isDisturbed = true }

    /// Reloads the independent watchdogs when it is time: a started one cannot be stopped, and runs while the core runs.
    ///
    /// Reloading one that was never started has no effect.
    package func keepAlive() throws(DebugAccessError) {
        let now = core.timebase.now
        if let lastFeed, now - lastFeed < feedInterval { return }
        for watchdog in definition.watchdogs.independent {
            try memory.writeWord(0xAAAA, at: watchdog.base)
        }
        lastFeed = now
    }
}

/// In what state a target is left.
package enum ReleaseMode: String, CaseIterable, Hashable, Sendable {
    /// Running or halted as it was. A target whose application cannot go on is reset.
    case asFound = "as-found"
    case resetAndRun = "reset-and-run"
    /// The main core halted; the second core goes on.
    case halted
}

extension HeldTarget {
    /// Lets the target go.
    ///
    /// The second core is released whatever the mode.
    package func release(_ mode: ReleaseMode) throws(TargetError) {
        core.trace(.step, "release", ["mode": mode.rawValue])
        guard isHeld else { return try restoreDebugRegisters() }
        try releasing { () throws(CoreError) in try core.restoreDebugUnits() }
        let wasRunning = report.mainCoreWas != .halted
        switch (mode, isDisturbed) {
        case (.halted, _):
            try releasing { () throws(CoreError) in
                try core.halt()
                try core.catchNothing()
            }
            try releaseSecondCore()
        case (.asFound, false):
            if wasRunning { try releasing { () throws(CoreError) in try core.detach() } }
            try releaseSecondCore()
            try restoreDebugRegisters()
        case (.asFound, true) where !wasRunning:
            try releasing { () throws(CoreError) in try core.resetAndHalt() }
            try releaseSecondCore()
        case (.asFound, true), (.resetAndRun, _):
            // Its vector catch would hold it at the reset.
            if let secondCore { try releasing { () throws(CoreError) in try secondCore.catchNothing() } }
            try resetAndLetRun()
        }
        isHeld = false
    }

    private func resetAndLetRun() throws(TargetError) {
        do {
            try releasing { () throws(CoreError) in try core.resetAndRun() }
            try releaseSecondCore()
            // Last: until here the debug port of a sleeping core depends on them.
            try restoreDebugRegisters()
        } catch {
            // Held only because it was in reset: firmware that switches its debug pins off has done so again.
            guard report.connectMode == .underReset, error.isTargetSilence else { throw error }
            core.trace(.warning, "the target runs and no longer answers", ["error": error.code])
        }
    }

    private func releaseSecondCore() throws(TargetError) {
        guard let secondCore, case .parked(let was) = report.secondCore, was != .halted else { return }
        try releasing { () throws(CoreError) in try secondCore.detach() }
    }

    /// Puts DBGMCU back: its bits cost current in the application's sleep modes.
    private func restoreDebugRegisters() throws(TargetError) {
        guard let debugMemory else { return }
        for change in changedDebugRegisters.reversed() {
            do { try debugMemory.writeWord(change.value, at: change.register) } catch {
                throw .access(error, during: .release)
            }
        }
        changedDebugRegisters = []
    }

    private func releasing(_ body: () throws(CoreError) -> Void) throws(TargetError) {
        do { try body() } catch { throw .core(error, during: .release) }
    }
}
