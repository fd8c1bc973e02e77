// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
package import DebugProbe
package import Essentials
package import HardwareDescription

/// Takes hold of a target as its definition says.
///
/// One object for one attempt. Each step has an error of its own and a line at trace level `step`.
package final class BringUp {
    /// When the part is reset although it could be halted.
    package enum ResetPolicy: String, CaseIterable, Hashable, Sendable {
        /// When something runs that only a reset stops, or the clocks are not those a loader expects.
        case whenNeeded = "when-needed"
        case always, never
    }

    package struct Options: Hashable, Sendable {
        package var connect: ConnectMode = .normal
        /// Fastest SWCLK to use; nil goes as fast as target and wire allow.
        package var clock: Hertz?
        package var reset: ResetPolicy = .whenNeeded
        /// Clean the main core and stop bus masters, so that functions can be called.
        ///
        /// Without it the application can go on afterwards.
        package var preparesForCalls = true
        /// The target that the board's file names, which decides where the part does not tell what it is.
        package var boardTarget: String?
        package init() {}
    }

    let probe: any DebugProbe
    let candidates: [TargetDefinition]
    let options: Options
    let timebase: any Timebase
    let trace: Trace
    let port: DebugPort
    var report = BringUpReport()
    var memories: [UInt8: MemoryAccessPort] = [:]
    var changedDebugRegisters: [(register: UInt32, value: UInt32)] = []
    /// SWCLK to attach with, where the wire does not do with the usual one.
    var loweredClock: Hertz?

    /// `candidates` in order of preference; the first that fits the part is taken.
    package init(
        candidates: [TargetDefinition], probe: any DebugProbe, options: Options = Options(),
        timebase: any Timebase, trace: Trace
    ) {
        precondition(!candidates.isEmpty, "something must be looked for")
        (self.candidates, self.probe, self.options) = (candidates, probe, options)
        (self.timebase, self.trace) = (timebase, trace)
        port = DebugPort(probe: probe, timebase: timebase, trace: trace)
    }

    /// Connects, identifies, halts and prepares.
    ///
    /// On failure nRST is let go and the cores run on.
    package func takeHold() throws(TargetError) -> HeldTarget {
        try measureSupply()
        let mode = options.connect
        do { return try attachSlowingDown(mode) } catch {
            guard mode == .normal, options.reset != .never, error.mayYieldToReset else {
                // A hot connection changed nothing that would have to be undone.
                if mode != .hot { letGo() }
                throw error
            }
            trace(.warning, "attaching failed, trying under reset", ["error": error.code])
            report.fallbackReason = error.innermost.summary
        }
        do { return try attachSlowingDown(.underReset) } catch {
            letGo()
            throw error
        }
    }

    func attach(_ mode: ConnectMode) throws(TargetError) -> HeldTarget {
        report.connectMode = mode
        memories = [:]
        if mode == .underReset { try drive(reset: true) }
        try connect()
        let definition = try identify()
        try keepDebugPowered(definition)
        try freezeWatchdogs(definition)
        let target = try heldTarget(definition)
        if mode == .hot {
            target.isHeld = false
            try readFactoryData(definition)
            noteClock()
            return finish(target)
        }
        if mode == .underReset {
            try releaseReset(holding: target)
            return try prepared(try settled(target))
        }
        try hold(target)
        return try prepared(target)
    }

    private func prepared(_ target: HeldTarget) throws(TargetError) -> HeldTarget {
        try prepare(target)
        try settleClock(target)
        return finish(target)
    }

    private func heldTarget(_ definition: TargetDefinition) throws(TargetError) -> HeldTarget {
        HeldTarget(
            definition: definition,
            core: Core(
                name: definition.mainCore.name, memory: try memory(.mainCore, of: definition),
                timebase: timebase, trace: trace),
            debugMemory: try memory(.debug, of: definition))
    }

    /// The target as the definition that really fits: with nRST low neither the second core's AP nor the boot options
    /// may have told whether there is a second core.
    private func settled(_ target: HeldTarget) throws(TargetError) -> HeldTarget {
        guard report.identity?.hasSecondCore == nil else { return target }
        report.accessPorts = []
        let definition = try identify()
        guard definition.name != target.definition.name else { return target }
        try keepDebugPowered(definition)
        try freezeWatchdogs(definition)
        let settled = try heldTarget(definition)
        report.secondCore = .none
        try hold(settled)
        return settled
    }

    private func finish(_ target: HeldTarget) -> HeldTarget {
        target.report = report
        target.changedDebugRegisters = changedDebugRegisters
        let periods = report.watchdogs.compactMap(\.period)
        if let shortest = periods.min() {
            target.feedInterval = min(max(shortest / 4, .milliseconds(5)), .milliseconds(250))
        }
        return target
    }

    private func measureSupply() throws(TargetError) {
        let volts = try probing(.voltage) { () throws(ProbeError) in try probe.targetVoltage() }
        report.volts = volts
        trace(.step, "supply", ["volts": volts.map(Format.volts) ?? "not measured by this probe"])
        let minimum = candidates.map(\.minimumVolts).min() ?? 0
        if let volts, volts < minimum { throw .supplyTooLow(volts: volts, minimum: minimum) }
    }

    func drive(reset: Bool) throws(TargetError) {
        trace(.step, "nRST", ["level": reset ? "low" : "released"])
        try probing(.resetLine) { () throws(ProbeError) in try probe.driveReset(reset) }
        if reset { timebase.wait(for: candidates.map(\.resetHold).max() ?? .zero) }
    }

    private func connect() throws(TargetError) {
        try accessing(.debugPort) { () throws(DebugAccessError) in try port.connect(clock: attachClock) }
        report.debugPort = port.identification
        trace(.step, "debug port", ["DPIDR": port.identification.map { "\($0.rawValue.hex)" } ?? "none"])
    }

    /// A failed attempt must not leave the part in reset or its cores halted.
    private func letGo() {
        // Each may fail for the reason that is being reported already.
        try? probe.driveReset(false)
        for definition in candidates {
            for role in [AccessPortRole.secondCore, .mainCore] {
                guard let index = definition.accessPort(role)?.index, let memory = memories[index] else {
                    continue
                }
                try? Core(memory: memory, timebase: timebase, trace: trace).detach()
            }
        }
        memories = [:]
    }
}

extension BringUp {
    func memory(_ role: AccessPortRole, of definition: TargetDefinition) throws(TargetError)
        -> MemoryAccessPort
    {
        guard let port = definition.accessPort(role) else {
            preconditionFailure("definitions without \(role.rawValue) are refused when parsed")
        }
        return memory(port)
    }
    func memory(_ definition: AccessPortDefinition) -> MemoryAccessPort {
        if let known = memories[definition.index] { return known }
        let memory = MemoryAccessPort(
            port: port, index: definition.index, isCacheable: definition.isCacheable)
        memories[definition.index] = memory
        return memory
    }

    func probing<Result>(
        _ step: BringUpStep, _ body: () throws(ProbeError) -> Result
    ) throws(TargetError) -> Result {
        do { return try body() } catch { throw .probe(error, during: step) }
    }
    func accessing<Result>(
        _ step: BringUpStep, _ body: () throws(DebugAccessError) -> Result
    ) throws(TargetError) -> Result {
        do { return try body() } catch { throw .access(error, during: step) }
    }
    func controlling<Result>(
        _ step: BringUpStep, _ body: () throws(CoreError) -> Result
    ) throws(TargetError) -> Result {
        do { return try body() } catch { throw .core(error, during: step) }
    }
}

extension TargetError {
    /// Whether a target held in reset may answer where this one did not.
    fileprivate var mayYieldToReset: Bool {
        switch self {
        case .access(let error, _), .core(.access(let error, _, _), _):
            error.isTargetSilence || !error.isProbeFailure
        case .core, .keepsResetting, .wrongCore, .missingAccessPort, .busMasterRuns, .mappedModeStays: true
        case .probe, .supplyTooLow, .unexpectedDebugPort, .wrongPart, .noReliableClock: false
        }
    }

    fileprivate var innermost: any Diagnosable {
        var error: any Diagnosable = self
        while let cause = error.cause { error = cause }
        return error
    }
}
