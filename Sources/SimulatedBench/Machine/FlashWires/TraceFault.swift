// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What is the matter with one trace between the part and a flash chip.
package struct TraceFault: Hashable, Sendable {
    package enum Signal: Hashable, Sendable {
        case clock, select
        /// IO0...IO3.
        case data(Int)
    }
    package enum Kind: Hashable, Sendable {
        /// It does not reach the chip.
        case open
        /// It is shorted to ground or to the supply.
        case low, high
        /// It is shorted to another line of the same chip.
        case tied(to: Int)
        /// A contact that now and then fails: a bit of about one byte in ``interval`` is read wrong.
        case loose
    }
    /// Of the chip, 1 or 2.
    package var bank: Int
    package var signal: Signal
    package var kind: Kind

    static let interval: UInt64 = 400

    /// `IO2:open`, `NCS:low`, `IO0:IO1`.
    init?(signal name: Substring, kind text: Substring, bank: Int) {
        guard let signal = Self.signal(name) else { return nil }
        switch text {
        case "open": kind = .open
        case "low": kind = .low
        case "high": kind = .high
        case "loose": kind = .loose
        default:
            guard case .data(let line) = signal, case .data(let other)? = Self.signal(text), line != other
            else { return nil }
            kind = .tied(to: other)
        }
        // What a loose clock or chip select does is not modelled.
        if kind == .loose, signal == .clock || signal == .select { return nil }
        (self.signal, self.bank) = (signal, bank)
    }

    private static func signal(_ text: Substring) -> Signal? {
        switch text {
        case "CLK": .clock
        case "NCS": .select
        case "IO0": .data(0)
        case "IO1": .data(1)
        case "IO2": .data(2)
        case "IO3": .data(3)
        default: nil
        }
    }

    static let examples = ["IO2:open", "NCS:high", "IO0:low", "IO1:loose", "IO0:IO1"]
}
