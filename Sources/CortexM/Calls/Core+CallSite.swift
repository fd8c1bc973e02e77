// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

extension Core {
    /// Some thousand instructions.
    private static let fillLimit: Duration = .seconds(1)

    /// Puts everything in place that calls need beside the program: gate, trap, filled stack, watched guard.
    ///
    /// The core must be halted and clean. Done by the first call where nobody asked for it.
    package func prepare(_ site: CallSite) throws(CoreError) {
        precondition(site.gate.isMultiple(of: CallGate.alignment), "the gate could not be watched")
        try requireHalted(.call)
        preparedSite = nil
        try unwatch()
        let breakpoint: [UInt8] = [0x00, 0xBE]
        try access(.stack) { () throws(DebugAccessError) in
            try memory.writeVerified(CallGate.codeBytes, at: site.gate)
            if let trap = site.returnTrap { try memory.writeVerified(breakpoint, at: trap & ~1) }
            try memory.writeWord(
                RegisterValue<DebugExceptionMonitor>.catchingEverything.rawValue,
                at: SystemAddress.debugExceptionMonitor)
        }
        if let guardArea = site.guardArea {
            try fill(guardArea.lowerBound..<site.stack.upperBound, of: site)
            try watch([
                WatchedRange(area: .stackGuard, range: guardArea),
                WatchedRange(area: .gate, range: site.gate..<site.gate + CallGate.codeSize),
            ])
        }
        preparedSite = site
    }

    /// Over the wire it would take longer than everything else that is done before the first call.
    private func fill(_ range: Range<UInt32>, of site: CallSite) throws(CoreError) {
        // The function is the way back.
        var call = FunctionCall(
            name: "stack fill", entry: site.gate + CallGate.exitOffset, arguments: [], site: site,
            deadline: Self.fillLimit)
        call.fill = (range, CallSite.pattern)
        _ = try execute(call)
    }

    /// Most bytes of a prepared site's stack that were ever used; nil when it was not filled.
    package func stackHighWaterMark(of site: CallSite) throws(CoreError) -> Int? {
        guard preparedSite == site, site.guardArea != nil else { return nil }
        let words = try access(.stack) { () throws(DebugAccessError) in
            try memory.readWords(site.stack.count / 4, at: site.stack.lowerBound)
        }
        let untouched = words.prefix { $0 == CallSite.pattern }.count
        return site.stack.count - untouched * 4
    }

    /// From the lowest to the highest byte of the guard that was written to.
    func guardDamage(of site: CallSite) throws(CoreError) -> Range<UInt32>? {
        guard preparedSite == site, let guardArea = site.guardArea else { return nil }
        let words = try access(.stack) { () throws(DebugAccessError) in
            try memory.readWords(guardArea.count / 4, at: guardArea.lowerBound)
        }
        guard let first = words.firstIndex(where: { $0 != CallSite.pattern }),
            let last = words.lastIndex(where: { $0 != CallSite.pattern })
        else { return nil }
        return guardArea.lowerBound + 4 * UInt32(first)..<guardArea.lowerBound + 4 * UInt32(last + 1)
    }

    /// The lowest byte of gate or trap that is not what was put there.
    func gateDamage(of site: CallSite) throws(CoreError) -> UInt32? {
        guard preparedSite == site else { return nil }
        let expected = CallGate.codeBytes
        let found = try access(.stack) { () throws(DebugAccessError) in
            try memory.read(expected.count, at: site.gate)
        }
        if let index = expected.indices.first(where: { expected[$0] != found[$0] }) {
            return site.gate + UInt32(index)
        }
        guard let trap = site.returnTrap.map({ $0 & ~1 }) else { return nil }
        let bytes = try access(.stack) { () throws(DebugAccessError) in try memory.read(2, at: trap) }
        return bytes == [0x00, 0xBE] ? nil : trap
    }
}
