// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import FlashController
import HardwareDescription
import ProductionJobs
import TargetControl

/// What a recipe may have looked at before the first byte is written.
extension Recipe.ChecksBefore {
    /// Measured before the board is touched; nil where the recipe does not ask for it.
    func checkSupply(of probe: any DebugProbe) throws(WorkbenchError) -> Int? {
        guard let voltage else { return nil }
        let volts = try doing("measuring the supply") { () throws(ProbeError) in
            try probe.targetVoltage()
        }
        return try doing("looking at the supply") { () throws(UnitCheckError) in
            guard let volts else { throw .voltageUnknown(allowed: voltage) }
            let found = Int((volts * 1000).rounded())
            guard voltage.contains(found) else { throw .voltageOutside(found: found, allowed: voltage) }
            return found
        }
    }

    func checkPart(_ target: TargetFacts) throws(UnitCheckError) {
        guard let part, !target.definition.lowercased().hasPrefix(part.lowercased()) else { return }
        throw .otherPart(found: target.title, expected: part)
    }

    func checkRevision(_ target: TargetFacts) throws(UnitCheckError) {
        guard let revision, target.device?.revisionName != revision else { return }
        throw .otherRevision(
            found: target.device.map { $0.revisionName ?? $0.revision }, expected: revision)
    }

    /// Asks the flash before any loader runs, with pins and clocks as the board's file has them.
    ///
    /// One that says nothing then may still need what only the loader does: that is the loader's to tell.
    func checkFlash(
        of target: HeldTarget, on board: LoaderCatalog.Board, _ chips: ChipCatalog, _ stack: BenchStack
    ) throws(WorkbenchError) {
        guard let flashID else { return }
        if stack.context.request.target == nil { try FlashBench.check(board, isFor: target) }
        let controller = QuadSPIController(
            memory: target.memory, timebase: stack.time, target: target.definition)
        let inspector = FlashInspector(controller, board: board.definition, catalog: chips)
        let found = try doing("asking the flash for its identity") { () throws(FlashControllerError) in
            try inspector.inspect(setUpBy: board.definition)
        }
        if !found.isAsFound { target.disturb() }
        guard let other = found.chips.first(where: { $0.id != flashID }) else { return }
        throw .step(
            "looking at the flash",
            UnitCheckError.otherFlash(
                found: Format.octets(other.id, separator: ""),
                expected: Format.octets(flashID, separator: "")))
    }

    /// Of a dual flash both chips must be right.
    func checkFlash(_ flash: FlashFacts?) throws(UnitCheckError) {
        guard let flashID else { return }
        let expected = Format.octets(flashID, separator: "")
        let banks = flash?.banks ?? []
        guard !banks.isEmpty, let wrong = banks.first(where: { $0.jedecID != expected }) else {
            if banks.isEmpty { throw .otherFlash(found: nil, expected: expected) }
            return
        }
        throw .otherFlash(found: wrong.jedecID, expected: expected)
    }
}
