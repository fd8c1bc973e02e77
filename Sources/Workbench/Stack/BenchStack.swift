// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import Essentials
import HardwareDescription
import TargetControl
import USBTransport

/// Everything between a selector and a target, on the bench's thread.
///
/// Made for one job and closed after it. What is opened later is closed earlier, also when something fails. Host and probe
/// may be those of the job before: see ``ProbeKeeper``.
final class BenchStack {
    let context: JobContext
    let host: any ProbeHost
    var bus: any USBBus { host.bus }
    var time: any Timebase { host.time }
    let started: Duration
    private let linkBefore: Timing.Link?
    private var probe: (any DebugProbe)?
    private var target: HeldTarget?

    init(_ context: JobContext) throws(WorkbenchError) {
        self.context = context
        host = try context.keeper.host(for: context.request, context.openHost)
        linkBefore = host.link
        started = host.time.now
    }

    /// Finds and opens the probe that is meant, unless it is open.
    func openProbe() throws(WorkbenchError) -> any DebugProbe {
        if let probe { return probe }
        let context = context
        let probe = try context.keeper.probe { host throws(WorkbenchError) in
            let found = try doing("looking for probes") { () throws(USBError) in
                try FoundProbe.all(on: host.bus)
            }
            let chosen = try context.request.probe.choose(among: found)
            context.trace(
                .step, "probe", ["kind": chosen.candidate.kind, "at": "\(chosen.device.location)"])
            return try doing("opening \(chosen.label)") { () throws(ProbeError) in
                try chosen.open(on: host.bus, timebase: host.time, trace: context.trace)
            }
        }
        self.probe = probe
        return probe
    }

    /// What crossed the cable for this job.
    var link: Timing.Link? {
        guard let link = host.link else { return nil }
        return linkBefore.map { link - $0 } ?? link
    }

    /// Takes hold of the target, as the request says.
    ///
    /// `board` decides where the part does not tell what it is. `clock` is a limit beside the request's.
    func takeHold(
        preparing prepares: Bool = true, resetting policy: BringUp.ResetPolicy = .whenNeeded,
        limitedTo clock: Hertz? = nil,
        of board: LoaderCatalog.Board? = nil
    ) throws(WorkbenchError) -> HeldTarget {
        if let target { return target }
        let probe = try openProbe()
        let candidates = try TargetCatalog(context.request).candidates()
        var options = BringUp.Options()
        options.connect = context.request.connect
        options.preparesForCalls = prepares && context.request.connect != .hot
        options.reset = policy
        options.boardTarget = board?.definition.target
        options.clock = [context.request.speed, clock].compactMap { $0 }.min()
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
        do throws(WorkbenchError) { try host.settle() } catch { failure = failure ?? error }
        if failure != nil { context.keeper.discardProbe() }
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
        // Whatever went wrong, the next job begins with a probe that knows nothing of it.
        defer { keeper.discardProbe() }
        do { try stack.close(mode) } catch {
            let level: TraceLevel = FailureClass(of: error) == .probeLost ? .step : .warning
            trace(level, "the bench did not close clean", ["error": error.summary, "code": error.code])
        }
    }
}
