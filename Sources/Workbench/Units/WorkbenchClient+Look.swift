// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
package import ProductionJobs

/// What one look at a slot has found.
package struct SlotSighting: Sendable {
    /// Nil: no probe is plugged in there.
    package var probe: ProbeFacts?
    /// Nil: neither certainly there nor certainly gone.
    package var hasBoard: Bool?

    package init(probe: ProbeFacts? = nil, hasBoard: Bool? = nil) {
        (self.probe, self.hasBoard) = (probe, hasBoard)
    }
}

extension WorkbenchClient {
    /// Looks whether a board is there, and leaves it alone.
    ///
    /// A voltage is measured without touching the board. The debug port is asked for its DPIDR at a slow clock, which
    /// powers nothing up and halts nothing; this is also done where the probe measures no voltage.
    package func look(by sign: StationDefinition.BoardSign) async throws(WorkbenchError) -> SlotSighting {
        try await onBench { context throws(WorkbenchError) in
            do throws(WorkbenchError) {
                return try context.withStack { stack throws(WorkbenchError) in
                    let probe = try stack.openProbe()
                    return SlotSighting(
                        probe: ProbeFacts(probe.description),
                        hasBoard: try doing("looking for a board") { () throws(ProbeError) in
                            try probe.seesBoard(by: sign)
                        })
                }
            } catch .noProbe {
                return SlotSighting()
            }
        }
    }
}

extension DebugProbe {
    /// Volts: above the first a board is there, below the second none is; between them is neither.
    private static var supply: (present: Double, absent: Double) { (1.2, 0.6) }

    fileprivate func seesBoard(by sign: StationDefinition.BoardSign) throws(ProbeError) -> Bool? {
        if sign == .voltage, let volts = try targetVoltage() {
            if volts >= Self.supply.present { return true }
            return volts < Self.supply.absent ? false : nil
        }
        do { try connect(clock: .megahertz(1)) } catch {
            switch error {
            case .noTarget, .targetNotPowered: return false
            default: throw error
            }
        }
        try disconnect()
        return true
    }
}
