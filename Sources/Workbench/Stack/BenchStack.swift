// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import Essentials
import HardwareDescription
import LibUSBTransport
import SimulatedBench
import TargetControl
import USBTransport

/// Everything between a selector and a target, on the bench's thread.
///
/// Opened for one job and closed after it. What is opened later is closed earlier, also when something fails.
final class BenchStack {
    let context: JobContext
    let bus: any USBBus
    let time: any Timebase
    /// The simulated bench, when that is what was asked for.
    let simulation: SimulatedBench?
    let started: Duration
    private var probe: (any DebugProbe)?
    private var target: HeldTarget?

    init(_ context: JobContext) throws(WorkbenchError) {
        self.context = context
        if case .simulated(let text) = context.request.probe {
            let bench = try doing("switching the simulated bench on") { () throws(BenchError) in
                try context.simulator(
                    BenchConfiguration(
                        selector: BenchConfiguration.selectorPrefix + text,
                        files: ConfigurationLibrary(context.request.paths).descriptionFiles))
            }
            (simulation, bus, time) = (bench, bench.bus, bench.time)
        } else {
            simulation = nil
            bus = try doing("opening USB") { () throws(USBError) in try LibUSBBus() }
            time = MonotonicTime()
        }
        started = time.now
    }

    /// Finds and opens the probe that is meant.
    func openProbe() throws(WorkbenchError) -> any DebugProbe {
        if let probe { return probe }
        let found = try doing("looking for probes") { () throws(USBError) in try FoundProbe.all(on: bus) }
        let chosen = try context.request.probe.choose(among: found)
        context.trace(.step, "probe", ["kind": chosen.candidate.kind, "at": "\(chosen.device.location)"])
        let probe = try doing("opening \(chosen.label)") { () throws(ProbeError) in
            try chosen.open(on: bus, timebase: time, trace: context.trace)
        }
        self.probe = probe
        return probe
    }

    /// Takes hold of the target, as the request says.
    ///
    /// `board` decides where the part does not tell what it is.
    func takeHold(
        preparing prepares: Bool = true, of board: LoaderCatalog.Board? = nil
    ) throws(WorkbenchError) -> HeldTarget {
        if let target { return target }
        let probe = try openProbe()
        let candidates = try TargetCatalog(context.request).candidates()
        var options = BringUp.Options()
        options.connect = context.request.connect
        options.preparesForCalls = prepares && context.request.connect != .hot
        options.boardTarget = board?.definition.target
        if let speed = context.request.speed { options.clock = speed }
        let bringUp = BringUp(
            candidates: candidates, probe: probe, options: options, timebase: time, trace: context.trace)
        let held = try doing("attaching to the target") { () throws(TargetError) in try bringUp.takeHold() }
        target = held
        return held
    }

    /// Leaves the target as asked and gives the probe back.
    ///
    /// Every part is tried, whatever became of those before it; the first failure is thrown.
    func close(_ mode: ReleaseMode) throws(WorkbenchError) {
        var failure: WorkbenchError?
        if let target {
            do throws(TargetError) { try target.release(mode) } catch {
                failure = .step("releasing the target", error)
            }
        }
        if let probe {
            do throws(ProbeError) { try probe.disconnect() } catch {
                failure = failure ?? .step("leaving the probe", error)
            }
        }
        (target, probe) = (nil, nil)
        if let simulation {
            do throws(BenchError) { try simulation.saveState() } catch {
                failure = failure ?? .step("keeping the simulated flash", error)
            }
        }
        if let failure { throw failure }
    }
}

/// Names the step that `body` is, should it fail.
func doing<Result, Failure: Diagnosable>(
    _ step: String, _ body: () throws(Failure) -> Result
) throws(WorkbenchError) -> Result {
    do { return try body() } catch { throw .step(step, error) }
}

extension JobContext {
    /// Refuses a connection that leaves the cores running, before anything is touched.
    func checkRunsLoader() throws(WorkbenchError) {
        guard request.connect != .hot else { throw .loaderNeedsHalt }
    }

    /// Opens the stack, works on it, and closes it whatever happened.
    ///
    /// The first error is the one that is reported; a second one while closing is traced.
    func withStack<Result>(
        leaving mode: ReleaseMode = .asFound, _ work: (BenchStack) throws(WorkbenchError) -> Result
    ) throws(WorkbenchError) -> Result {
        let stack = try BenchStack(self)
        let result: Result
        do {
            result = try work(stack)
        } catch {
            closeAfterFailure(stack, mode)
            throw error
        }
        if (result as? any PartialReport)?.failure != nil {
            closeAfterFailure(stack, mode)
        } else {
            try stack.close(mode)
        }
        return result
    }

    private func closeAfterFailure(_ stack: BenchStack, _ mode: ReleaseMode) {
        do { try stack.close(mode) } catch {
            let level: TraceLevel = FailureClass(of: error) == .probeLost ? .step : .warning
            trace(level, "the bench did not close clean", ["error": error.summary, "code": error.code])
        }
    }
}
