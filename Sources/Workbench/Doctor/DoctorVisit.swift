// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import Essentials
import FlashController
import HardwareDescription
import TargetControl
import USBTransport

/// One walk from the cable to the flash.
///
/// It ends at the first step that is wrong, and leaves everything as it was found.
final class DoctorVisit {
    typealias StepName = DoctorReport.StepName

    let stack: BenchStack
    let board: LoaderCatalog.Board
    let chips: ChipCatalog
    private(set) var report: DoctorReport
    /// The step that an error belongs to.
    private var current = StepName.cable

    init(_ stack: BenchStack, _ board: LoaderCatalog.Board, _ chips: ChipCatalog) {
        (self.stack, self.board, self.chips) = (stack, board, chips)
        report = DoctorReport(board: board.definition.name)
    }

    var context: JobContext { stack.context }

    func run() -> DoctorReport {
        do throws(WorkbenchError) {
            let probe = try lookAtProbe()
            try lookAtSupply(probe)
            let clock = try lookAtWire(probe)
            let target = try lookAtTarget(clock)
            try lookAtMemory(target)
            try lookAtFlash(target)
        } catch {
            let told = ErrorReport(error)
            change(current) {
                $0.outcome = .wrong
                $0.findings.append("\(told.summary) [\(told.code)]")
                $0.findings += told.causes.map { "because \($0.summary) [\($0.code)]" }
                $0.remedies = told.remedies
            }
            report.failure = error
            forgetBehind(current)
        }
        return report
    }

    /// What is found out late ends the visit where it belongs.
    private func forgetBehind(_ name: StepName) {
        guard let index = report.steps.firstIndex(where: { $0.name == name }) else { return }
        for later in report.steps.indices where later > index {
            let step = report.steps[later]
            report.steps[later] = DoctorReport.Step(name: step.name, title: step.title)
        }
    }

    // MARK: Steps

    /// What fails from now on is this step's.
    func begin(_ name: StepName) throws(WorkbenchError) {
        current = name
        guard !context.cancellation.isCancelled else {
            throw .step("before \(name.title)", DoctorError.cancelled)
        }
        context.trace(.step, "doctor", ["step": name.rawValue])
    }

    func end(
        _ name: StepName, _ outcome: DoctorReport.Outcome, _ findings: [String], try remedies: [String] = []
    ) {
        change(name) {
            $0.outcome = outcome
            $0.findings += findings
            $0.remedies += remedies
        }
    }

    /// Good, or noted where there is something to know.
    func end(_ name: StepName, _ findings: [String], notes: [String], try remedies: [String] = []) {
        end(name, notes.isEmpty ? .good : .noted, findings + notes, try: remedies)
    }

    private func change(_ name: StepName, _ body: (inout DoctorReport.Step) -> Void) {
        guard let index = report.steps.firstIndex(where: { $0.name == name }) else { return }
        body(&report.steps[index])
    }

    /// What fails next is this step's, whatever was begun.
    func blamed(_ name: StepName) { current = name }

    func tell(_ body: (inout DoctorReport) -> Void) { body(&report) }

    func wrong(_ error: DoctorError) -> WorkbenchError { .step(current.title, error) }
}

extension DoctorVisit {
    /// Cable, permission and firmware: what finding and opening the probe tells of them.
    private func lookAtProbe() throws(WorkbenchError) -> any DebugProbe {
        try begin(.cable)
        let found = try doing("looking for probes") { () throws(USBError) in
            try FoundProbe.all(on: stack.bus)
        }
        report.serials = found.compactMap(\.candidate.serial)
        let chosen = try context.request.probe.choose(among: found)
        end(.cable, .good, ["\(chosen.candidate.kind) at \(chosen.device.location)"])
        try begin(.permission)
        let probe: any DebugProbe
        do throws(WorkbenchError) { probe = try stack.openProbe() } catch {
            // What is lost is the cable; what is not let in, a permission; all else is what the probe itself says.
            switch FailureClass(of: error) {
            case .probeLost: current = .cable
            case .probeUnavailable: break
            default:
                end(.permission, .good, [])
                current = .firmware
            }
            throw error
        }
        end(.permission, .good, ["it could be opened"])
        try begin(.firmware)
        let facts = ProbeFacts(probe.description)
        report.probe = facts
        // Those of others may lie in the probe's hardware.
        let isOld = !facts.limitations.isEmpty && chosen.driver == .stLink
        end(
            .firmware, ["\(facts.product), firmware \(facts.firmware)"], notes: facts.limitations,
            try: isOld ? ["update the probe's firmware"] : [])
        return probe
    }

    private func lookAtSupply(_ probe: any DebugProbe) throws(WorkbenchError) {
        try begin(.voltage)
        let volts = try doing("measuring the board's supply") { () throws(ProbeError) in
            try probe.targetVoltage()
        }
        guard let volts else { return end(.voltage, .unjudged, ["this probe does not measure it"]) }
        let minimum = try TargetCatalog(context.request).candidates().map(\.minimumVolts).min() ?? 0
        guard volts >= minimum else {
            throw .step(
                "measuring the board's supply", TargetError.supplyTooLow(volts: volts, minimum: minimum))
        }
        end(.voltage, .good, [Format.volts(volts)])
    }
}
