// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials
import HardwareDescription
import TargetControl

extension DoctorVisit {
    /// Bytes of each of the places that are tried: the beginning, the middle and the end.
    private static let pieceSize = 1024
    private static let patterns: [UInt32] = [0, .max, 0x5555_5555, 0xAAAA_AAAA]

    /// Writes patterns into RAM and puts back what was there.
    ///
    /// Every bit of three places as 0 and 1, beside others that are the same and not; then words whose addresses differ in
    /// one bit, so that address lines are told apart too.
    func lookAtMemory(_ target: HeldTarget) throws(WorkbenchError) {
        try begin(.memory)
        let others = target.report.otherWriters
        guard others.isEmpty else {
            return end(.memory, .unjudged, others.map { "\($0) may write there meanwhile" })
        }
        let range = target.definition.loaderRAM
        let half = UInt32(range.count / 2) & ~3, piece = UInt32(Self.pieceSize)
        for place in [range.lowerBound, range.lowerBound + half, range.upperBound - piece] {
            try keeping(Self.pieceSize / 4, at: place, of: target) { () throws(WorkbenchError) in
                for pattern in Self.patterns + [0x9E37_79B9] {
                    // The last one differs from word to word.
                    let words = (0..<UInt32(Self.pieceSize / 4)).map { index in
                        Self.patterns.contains(pattern) ? pattern : pattern &* (index + 1)
                    }
                    try check(words, at: place, of: target)
                }
            }
        }
        let shifts = (2..<32).map { UInt32(1) << $0 }.filter { range.lowerBound + $0 < range.upperBound }
        try checkAddresses([range.lowerBound] + shifts.map { range.lowerBound + $0 }, of: target)
        end(
            .memory, .good,
            [
                "\(Format.bytes(UInt64(range.count))) at \(range.lowerBound.hex): three places and every address line"
            ])
    }

    private func check(
        _ words: [UInt32], at place: UInt32, of target: HeldTarget
    ) throws(WorkbenchError) {
        let found = try accessing { () throws(DebugAccessError) in
            try target.memory.writeWords(words, at: place)
            return try target.memory.readWords(words.count, at: place)
        }
        for (index, (wrote, read)) in zip(words, found).enumerated() where wrote != read {
            throw wrong(.memoryAltered(address: place + 4 * UInt32(index), wrote: wrote, read: read))
        }
    }

    private func checkAddresses(_ addresses: [UInt32], of target: HeldTarget) throws(WorkbenchError) {
        let before = try accessing { () throws(DebugAccessError) in
            try target.memory.perform(addresses.map { .read($0) })
        }
        let found = try accessing { () throws(DebugAccessError) in
            _ = try target.memory.perform(addresses.map { .write($0, ~$0) })
            return try target.memory.perform(addresses.map { .read($0) })
        }
        _ = try accessing { () throws(DebugAccessError) in
            try target.memory.perform(zip(addresses, before).map { .write($0, $1) })
        }
        for (address, read) in zip(addresses, found) where read != ~address {
            throw wrong(.memoryAltered(address: address, wrote: ~address, read: read))
        }
    }

    /// Puts back what was there, whatever became of `body`.
    private func keeping(
        _ count: Int, at place: UInt32, of target: HeldTarget, _ body: () throws(WorkbenchError) -> Void
    ) throws(WorkbenchError) {
        let before = try accessing { () throws(DebugAccessError) in
            try target.memory.readWords(count, at: place)
        }
        var failure: WorkbenchError?
        do throws(WorkbenchError) { try body() } catch { failure = error }
        do throws(WorkbenchError) {
            try accessing { () throws(DebugAccessError) in try target.memory.writeWords(before, at: place) }
        } catch { throw failure ?? error }
        if let failure { throw failure }
    }

    private func accessing<Value>(
        _ body: () throws(DebugAccessError) -> Value
    ) throws(WorkbenchError) -> Value { try doing("trying RAM", body) }
}

extension BringUpReport {
    /// What goes on while the cores are held.
    fileprivate var otherWriters: [String] {
        if case .unreachable = secondCore { return busMasters + ["the second core"] }
        return busMasters
    }
}
