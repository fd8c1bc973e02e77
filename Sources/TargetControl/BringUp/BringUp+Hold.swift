// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import DebugProbe
import Essentials
import HardwareDescription

extension BringUp {
    /// Rounds of halting both cores before a part that is reset again and again is given up.
    private static let holdAttempts = 4
    /// Both cores must stand still for this long without a reset.
    private static let quietTime: Duration = .milliseconds(20)

    /// Halts the main core, parks the second, and makes sure that they stay where they are; what the application left is
    /// looked at meanwhile.
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
        guard target.definition.mainCore.fits(identification) else {
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
        let finding = try accessing(.secondCore) { () throws(DebugAccessError) in
            try port.identifyAccessPort(accessPort.index)
        }
        switch finding.outcome {
        case .unreadable(.probe(.unsupported(let feature, let needs), _)):
            return note(.unreachable("the probe's firmware has no \(feature); it needs \(needs)"), of: target)
        case .present where finding.matches(accessPort): break
        default: return note(.off("AP\(accessPort.index) does not answer as expected"), of: target)
        }
        let core = Core(name: definition.name, memory: memory(accessPort), timebase: timebase, trace: trace)
        do {
            guard try definition.fits(core.identify()) else {
                return note(.off("its CPUID is not that of an \(definition.name)"), of: target)
            }
            let before = try core.status()
            try core.catchReset()
            try core.halt()
            note(.parked(was: CoreActivity(before)), of: target)
            target.secondCore = core
        } catch {
            // A core without a clock answers with bus errors or not at all; a dead wire is something else.
            if case .access(let lower, _, _) = error, lower.isConnectionFailure {
                throw .core(error, during: .secondCore)
            }
            note(.off(error.cause?.summary ?? error.summary), of: target)
        }
    }

    /// The first finding stays: later ones are of our own making.
    private func note(_ finding: SecondCoreFinding, of target: HeldTarget) {
        if target.secondCore == nil { report.secondCore = finding }
        trace(finding.traceLevel, "second core", ["finding": finding.text ?? "none"])
    }

    private func isQuiet(_ target: HeldTarget) throws(TargetError) -> Bool {
        let cores = [target.core] + (target.secondCore.map { [$0] } ?? [])
        try controlling(.mainCore) { () throws(CoreError) in
            // What happened until the halt is history.
            for core in cores {
                _ = try core.status()
                core.resetWasSeen = false
            }
        }
        let halted = timebase.now
        var failure: TargetError?
        do { try lookAround(target) } catch { failure = error }
        let isQuiet = try controlling(.mainCore) { () throws(CoreError) in
            timebase.wait(for: max(.zero, Self.quietTime - (timebase.now - halted)))
            for core in cores {
                let status = try core.status()
                if core.resetWasSeen || !status.isHalted { return false }
            }
            return true
        }
        // A reset explains why it could not be looked at.
        if isQuiet, let failure { throw failure }
        return isQuiet
    }

    /// With nRST still low: both cores are told to stop at their reset vectors, then the line is let go.
    func releaseReset(holding target: HeldTarget) throws(TargetError) {
        catchResetWhileLow(target)
        try drive(reset: false)
        try accessing(.resetLine) { () throws(DebugAccessError) in
            try port.reconnect(within: target.definition.resetSettle)
        }
        let wasCaught = try controlling(.mainCore) { () throws(CoreError) in try target.core.status().isHalted
        }
        try hold(target)
        report.resetReasons = ["asked for"]
        report.mainCoreWas = .inReset
        if !wasCaught {
            // nRST is not wired, or the catch could not be set while it was low: some of the application has run.
            trace(.warning, "core not caught as nRST rose, resetting by software")
            report.notes.append(
                "nRST did not hold the core (is it wired?); the part was reset by software instead")
            try resetAndHold(target)
        }
        trace(.step, "held after reset")
    }

    /// The M7's own registers answer while nRST is low; whether the M4's do depends on the part's state.
    private func catchResetWhileLow(_ target: HeldTarget) {
        do { try target.core.catchReset() } catch {
            trace(.warning, "no vector catch in reset", ["core": target.core.name, "error": error.code])
        }
        guard let definition = target.definition.secondCore,
            let accessPort = target.definition.accessPort(.secondCore),
            report.accessPorts.first(where: { $0.index == accessPort.index })?.matches(accessPort) == true
        else { return }
        let second = Core(name: definition.name, memory: memory(accessPort), timebase: timebase, trace: trace)
        do { try second.catchReset() } catch {
            // It is parked as soon as it runs.
            trace(.debug, "no vector catch in reset", ["core": second.name, "error": error.code])
        }
    }
}

extension SecondCoreFinding {
    fileprivate var traceLevel: TraceLevel {
        if case .unreachable = self { .warning } else { .step }
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

extension CoreDefinition {
    /// Whether CPUID says that it is such a core.
    fileprivate func fits(_ identification: RegisterValue<ProcessorIdentification>) -> Bool {
        identification.part.fieldBits == UInt32(part)
    }
}
