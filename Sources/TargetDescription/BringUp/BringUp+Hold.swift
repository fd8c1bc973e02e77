// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials

extension BringUp {
    /// Rounds of halting both cores before a part that is reset again and again is given up.
    private static let holdAttempts = 4
    /// Both cores must stand still for this long without a reset.
    private static let quietTime: Duration = .milliseconds(20)

    /// Halts the main core, parks the second, and makes sure that they stay where they are.
    func hold(_ target: HeldTarget) throws(TargetError) {
        for attempt in 1...Self.holdAttempts {
            try haltMainCore(target, isFirst: attempt == 1)
            try parkSecondCore(of: target)
            if try isQuiet(target) {
                trace(.step, "cores held", ["attempts": "\(attempt)"])
                return
            }
            trace(.warning, "the part was reset while being held", ["attempt": "\(attempt)"])
            if attempt == 1 { report.resetReasons.append("it was resetting itself") }
        }
        throw .keepsResetting(attempts: Self.holdAttempts)
    }

    private func haltMainCore(_ target: HeldTarget, isFirst: Bool) throws(TargetError) {
        let core = target.core
        let identification = try controlling(.mainCore) { () throws(CoreError) in try core.identify() }
        guard identification.part == target.definition.mainCore.part else {
            throw .wrongCore(name: core.name, cpuid: identification.rawValue)
        }
        let before = try controlling(.mainCore) { () throws(CoreError) in
            let before = try core.status()
            // From here on a reset, whoever causes it, ends at the reset vector.
            try core.catchReset()
            try core.halt()
            return before
        }
        if isFirst { report.mainCoreWas = CoreActivity(before) }
        trace(.step, "main core halted", ["core": core.name, "was": CoreActivity(before).rawValue])
    }

    /// Halts the second core where it has a clock.
    ///
    /// Without one it cannot disturb.
    func parkSecondCore(of target: HeldTarget) throws(TargetError) {
        guard let definition = target.definition.secondCore,
            let accessPort = target.definition.accessPort(.secondCore)
        else { return }
        let core = Core(
            name: definition.name, memory: memory(accessPort), timebase: timebase, trace: trace)
        do {
            let finding = try port.identifyAccessPort(accessPort.index)
            guard finding.matches(accessPort) else {
                return secondCoreIsOff(target, "AP\(accessPort.index) does not answer as expected")
            }
        } catch { throw .access(error, during: .secondCore) }
        do {
            guard try core.identify().part == definition.part else {
                return secondCoreIsOff(target, "its CPUID is not that of an \(definition.name)")
            }
            let before = try core.status()
            try core.catchReset()
            try core.halt()
            if target.secondCore == nil { report.secondCore = .parked(was: CoreActivity(before)) }
            target.secondCore = core
            trace(.step, "second core parked", ["core": core.name, "was": CoreActivity(before).rawValue])
        } catch {
            // A core without a clock answers with bus errors or not at all; a dead wire is something else.
            if case .access(let lower, _, _) = error, lower.isConnectionFailure {
                throw .core(error, during: .secondCore)
            }
            secondCoreIsOff(target, error.summary)
        }
    }

    private func secondCoreIsOff(_ target: HeldTarget, _ why: String) {
        if target.secondCore == nil { report.secondCore = .off(why) }
        trace(.step, "second core is off", ["because": why])
    }

    private func isQuiet(_ target: HeldTarget) throws(TargetError) -> Bool {
        let cores = [target.core] + (target.secondCore.map { [$0] } ?? [])
        return try controlling(.mainCore) { () throws(CoreError) in
            // What happened until the halt is history.
            for core in cores {
                _ = try core.status()
                core.resetWasSeen = false
            }
            timebase.wait(for: Self.quietTime)
            for core in cores {
                let status = try core.status()
                if core.resetWasSeen || !status.isHalted { return false }
            }
            return true
        }
    }

    /// With nRST still low: both cores are told to stop at their reset vectors, then the line is let go.
    func releaseReset(holding target: HeldTarget) throws(TargetError) {
        let core = target.core
        // The core's registers answer in reset on most parts. Where they do not, it is halted as early as possible.
        do { try core.catchReset() } catch {
            trace(.warning, "no vector catch in reset", ["error": error.code])
        }
        core.resetWasSeen = false
        try drive(reset: false)
        try accessing(.resetLine) { () throws(DebugAccessError) in
            try port.reconnect(within: target.definition.resetSettle)
        }
        try hold(target)
        if !report.resetReasons.contains("asked for") { report.resetReasons = ["asked for"] }
        report.mainCoreWas = .inReset
        let status = try controlling(.mainCore) { () throws(CoreError) in try core.readRegister(.pc) }
        trace(.step, "held after reset", ["PC": status.hex])
    }
}

extension CoreActivity {
    init(_ status: RegisterValue<DebugHaltingControl>) {
        self =
            if status.isHalted {
                .halted
            } else if status.isLockedUp {
                .lockedUp
            } else if status.isAsleep {
                .asleep
            } else {
                .running
            }
    }
}
