// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import Essentials
import HardwareDescription

extension BringUp {
    /// Bytes of one proof: some ten thousand bits of every kind in both directions.
    private static let proofSize = 4096

    /// What every candidate takes.
    var connectClock: Hertz {
        options.clock ?? candidates.map(\.debugClock.connect).min() ?? .megahertz(1)
    }

    /// Goes from the clock that connects anywhere to the fastest that the wire carries.
    ///
    /// Which that is depends on probe, cable and board; only trying tells. Each candidate must carry random data to RAM and
    /// back; the first that fails is left for the next below, at the end for the one the connection was made with.
    func raiseClock(_ target: HeldTarget) throws(TargetError) {
        guard options.clock == nil, options.preparesForCalls else { return }
        let slow = try probing(.debugClock) { () throws(ProbeError) in try probe.setClock(connectClock) }
        report.clock = slow
        var wanted = target.definition.debugClock.maximum
        if let limit = probe.description.clockLimit { wanted = min(wanted, limit) }
        while wanted > slow {
            let actual = try probing(.debugClock) { () throws(ProbeError) in try probe.setClock(wanted) }
            guard actual > slow else { break }
            if carries(target) {
                report.clock = actual
                trace(.step, "SWD clock", ["raised to": "\(actual)"])
                return
            }
            trace(.warning, "the wire does not carry this SWD clock", ["clock": "\(actual)"])
            report.notes.append("the wire does not carry an SWD clock of \(actual); a slower one is used")
            try accessing(.debugClock) { () throws(DebugAccessError) in try port.connect(clock: slow) }
            wanted = Hertz(actual.rawValue / 2)
        }
        // Also where the probe rounded to a clock that is no faster.
        try probing(.debugClock) { () throws(ProbeError) in _ = try probe.setClock(slow) }
    }

    /// Whether data goes to RAM and back whole, twice over.
    private func carries(_ target: HeldTarget) -> Bool {
        let place = target.definition.loaderRAM.lowerBound
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<2 {
            let pattern = (0..<Self.proofSize).map { _ in
                // Numerical Recipes' generator: all that matters is that no bit repeats.
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            }
            do {
                try target.memory.write(pattern, at: place)
                guard try target.memory.read(pattern.count, at: place) == pattern else { return false }
            } catch {
                trace(.debug, "SWD clock proof failed", ["error": error.summary])
                return false
            }
        }
        return true
    }
}
