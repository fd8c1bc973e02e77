// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import Essentials
import HardwareDescription
import TargetControl

extension DoctorVisit {
    /// Clocks that are tried, slowest first; the probe makes of each what it has.
    private static let clocks: [Hertz] = [
        .kilohertz(100), .megahertz(1), .megahertz(4), .megahertz(8), .megahertz(24),
    ]
    /// Where not even the first of them is reliable.
    private static let slowest = Hertz.kilohertz(5)
    /// Reads of DPIDR that must all be alike.
    private static let reads = 400

    /// - Returns: the fastest clock that is reliable.
    func lookAtWire(_ probe: any DebugProbe) throws(WorkbenchError) -> Hertz {
        try begin(.wire)
        let isUnderReset = context.request.connect == .underReset
        if isUnderReset {
            try doing("driving nRST") { () throws(ProbeError) in try probe.driveReset(true) }
        }
        do throws(WorkbenchError) { return try fastestClock(of: probe) } catch {
            guard isUnderReset else { throw error }
            do throws(ProbeError) { try probe.driveReset(false) } catch let second {
                context.trace(.warning, "nRST could not be let go", ["error": second.summary])
            }
            throw error
        }
    }

    private func fastestClock(of probe: any DebugProbe) throws(WorkbenchError) -> Hertz {
        let limit = [context.request.speed, probe.description.clockLimit].compactMap { $0 }.min()
        var tried: [Hertz] = []
        var best: Hertz?
        var failed: (clock: Hertz, error: ProbeError)?
        for wanted in Self.clocks.filter({ clock in limit.map { clock <= $0 } ?? true })
            + (limit.map { [$0] } ?? [])
        {
            let (actual, error) = try read(probe, at: wanted)
            if tried.contains(actual) { continue }
            tried.append(actual)
            if let error {
                failed = (actual, error)
                break
            }
            best = actual
        }
        if best == nil, let first = failed {
            let (actual, error) = try read(probe, at: Self.slowest)
            if let error { throw .step("reading DPIDR", Self.failure(error, at: actual)) }
            best = actual
            failed = first
        }
        guard let best else { preconditionFailure("at least one clock was tried") }
        let reliable = tried.filter { $0 <= best }.map { "\($0)" }.joined(separator: ", ")
        end(
            .wire, ["DPIDR reads alike \(Self.reads) times at \(reliable.isEmpty ? "\(best)" : reliable)"],
            notes: failed.map { ["not reliable at \($0.clock): \($0.error.summary)"] } ?? [],
            try: failed == nil
                ? [] : ["use a shorter cable, and look at its ground; extflash goes on with \(best)"])
        return best
    }

    /// Where nothing answers that is the probe's own error; answers that are garbled are the wire's.
    private static func failure(_ error: ProbeError, at clock: Hertz) -> any Diagnosable {
        if case .noTarget = error { return error }
        return TargetError.noReliableClock(slowest: clock, .probe(error, during: .identify))
    }

    /// What is wrong at a clock; nil where every read is alike.
    private func read(
        _ probe: any DebugProbe, at clock: Hertz
    ) throws(WorkbenchError) -> (actual: Hertz, error: ProbeError?) {
        do throws(ProbeError) {
            try probe.connect(clock: clock)
            let values = try probe.execute([.readRepeated(.debugPort(0), count: Self.reads)])
            let isAlike = Set(values).count == 1 && values.first != 0 && values.first != .max
            return (probe.clock, isAlike ? nil : .noTarget(detail: "DPIDR does not read alike"))
        } catch {
            if case .unsupported = error { blamed(.firmware) }
            guard error.isLineFailure else { throw .step("reading DPIDR at \(clock)", error) }
            return (probe.clock, error)
        }
    }

    /// Debug port, access ports, part and cores: what taking hold of the target tells of them.
    func lookAtTarget(_ clock: Hertz) throws(WorkbenchError) -> HeldTarget {
        try begin(.debugPort)
        let target: HeldTarget
        do throws(WorkbenchError) {
            target = try stack.takeHold(preparing: false, resetting: .never, limitedTo: clock, of: board)
        } catch {
            if case .step(_, let lower as TargetError) = error { blame(lower.doctorStep) }
            throw error
        }
        let found = target.report
        end(.debugPort, .good, ["DPIDR \(found.debugPort.map { $0.rawValue.hex } ?? "none")"])
        try begin(.accessPorts)
        let ports = found.accessPorts.map { port in
            "AP\(port.index) \(port.identification.map { $0.rawValue.hex } ?? "does not answer")"
        }
        end(.accessPorts, .good, ports)
        try begin(.part)
        if context.request.target == nil { try FlashBench.check(board, isFor: target) }
        let facts = TargetFacts(target)
        tell { $0.target = facts }
        end(
            .part, .good,
            [facts.title]
                + (facts.device.map { ["device \($0.id), revision \($0.revisionName ?? $0.revision)"] } ?? [])
        )
        try begin(.cores)
        let (seen, notes) = facts.activity
        end(.cores, seen, notes: notes)
        return target
    }

    /// Steps before `name` went well, since what failed comes after them.
    private func blame(_ name: StepName) {
        for earlier in [StepName.debugPort, .accessPorts, .part] where earlier != name {
            guard earlier.position < name.position else { break }
            end(earlier, .good, [])
        }
        blamed(name)
    }
}

extension DoctorReport.StepName {
    fileprivate var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension TargetFacts {
    /// What the cores did, and what the application has left that one should know.
    fileprivate var activity: (seen: [String], notes: [String]) {
        var seen = mainCoreWas.map { ["main core was \($0)"] } ?? []
        if let was = secondCore.was { seen.append("second core was \(was)") }
        if secondCore.state == .off { seen.append("second core is off: \(secondCore.detail ?? "")") }
        var notes = mainCoreFindings.map { "main core: \($0)" }
        if secondCore.state == .unreachable {
            notes.append("second core cannot be reached and may be running: \(secondCore.detail ?? "")")
        }
        if quadSPIWasMapped { notes.append("QUADSPI was in memory-mapped mode") }
        if systemClockWasChanged { notes.append("the application has changed the system clock") }
        if !activeBusMasters.isEmpty {
            notes.append("DMA was active: \(activeBusMasters.joined(separator: ", "))")
        }
        for watchdog in watchdogs where watchdog.state == .running {
            notes.append("\(watchdog.name) is running (\(watchdog.evidence ?? ""))")
        }
        return (seen, notes)
    }
}

extension TargetError {
    /// The step of a visit that it belongs to.
    fileprivate var doctorStep: DoctorReport.StepName {
        switch self {
        case .probe(_, let step), .access(_, let step), .core(_, let step): step.doctorStep
        case .supplyTooLow: .voltage
        case .unexpectedDebugPort, .wrongPart: .part
        case .missingAccessPort: .accessPorts
        case .noReliableClock: .wire
        case .wrongCore, .keepsResetting, .busMasterRuns, .mappedModeStays: .cores
        }
    }
}

extension BringUpStep {
    fileprivate var doctorStep: DoctorReport.StepName {
        switch self {
        case .voltage: .voltage
        case .debugPort, .resetLine: .debugPort
        case .accessPorts: .accessPorts
        case .identify, .debugPower, .freeze: .part
        case .debugClock: .wire
        case .mainCore, .secondCore, .inspect, .reset, .busMasters, .mappedFlash, .clean, .release: .cores
        }
    }
}
