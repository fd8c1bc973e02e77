// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription

/// What the clock enable registers of some peripherals held at one moment.
///
/// Registers of a peripheral without a clock are not read: some answer with a bus error.
package struct ClockEnables {
    private var words: [UInt32: UInt32] = [:]

    /// Bytes between two registers that are still read at once, as each access of an ST-LINK costs half a millisecond:
    /// those of the two cores are 96 apart, with nothing between that minds to be read.
    private static let gap: UInt32 = 128

    /// `read` gives so many words from an address on, or nil where the bus answers with an error: then none of them is on.
    package init<Failure: Error>(
        _ gates: [ClockGate], _ read: (Int, UInt32) throws(Failure) -> [UInt32]?
    ) throws(Failure) {
        var left = Set(gates.flatMap(\.registers)).sorted()[...]
        while let first = left.popFirst() {
            var last = first
            while let next = left.first, next - last <= Self.gap { last = left.removeFirst() }
            let found = try read(Int((last - first) / 4) + 1, first) ?? []
            for (index, word) in found.enumerated() { words[first + UInt32(index) * 4] = word }
        }
    }

    package func areOn(_ gate: ClockGate) -> Bool {
        gate.registers.contains { words[$0, default: 0] >> gate.bit & 1 == 1 }
    }
}
