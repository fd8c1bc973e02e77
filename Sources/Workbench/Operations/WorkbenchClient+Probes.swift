// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import USBTransport

extension WorkbenchClient {
    /// Every probe that is seen; each is opened for a moment to learn what keeps it from being used.
    package func probes() async throws(WorkbenchError) -> ProbesReport {
        try await onBench { context throws(WorkbenchError) in
            let stack = try BenchStack(context)
            let found = try doing("looking for probes") { () throws(USBError) in
                try FoundProbe.all(on: stack.bus)
            }
            let selector = context.request.probe
            let matching = found.filter(selector.matches)
            if matching.isEmpty, selector != .only {
                throw .noProbe(selector: selector.description, present: found.map(\.label))
            }
            return ProbesReport(
                probes: matching.map { describe($0, on: stack, selector) },
                simulatedKinds: SimulatedHost.kinds.map { "sim:\($0)" })
        }
    }
}

private func describe(_ found: FoundProbe, on stack: BenchStack, _ selector: ProbeSelector)
    -> ProbesReport.Probe
{
    var firmware: String?
    var volts: Double?
    var limitations: [String] = []
    var problem: ErrorReport?
    do throws(ProbeError) {
        let probe = try found.open(on: stack.bus, timebase: stack.time, trace: stack.context.trace)
        firmware = probe.description.firmware
        limitations = probe.description.limitations
        volts = try probe.targetVoltage()
        try probe.disconnect()
    } catch {
        problem = ErrorReport(error)
    }
    return ProbesReport.Probe(
        kind: found.candidate.kind, product: found.candidate.product, serial: found.candidate.serial,
        selector: found.selector(on: stack, selector), ids: found.ids, location: "\(found.device.location)",
        firmware: firmware, targetMillivolts: volts.map { Int(($0 * 1000).rounded()) },
        limitations: limitations, problem: problem)
}

extension FoundProbe {
    /// What to give to `--probe` to mean this one.
    fileprivate func selector(on stack: BenchStack, _ asked: ProbeSelector) -> String {
        if stack.host.isSimulated { return "\(asked)" }
        return candidate.serial ?? device.location.description
    }
}
