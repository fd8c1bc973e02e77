// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A frequency in hertz.
package struct Hertz: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt32
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static func kilohertz(_ value: UInt32) -> Hertz { Hertz(value * 1_000) }
    package static func megahertz(_ value: UInt32) -> Hertz { Hertz(value * 1_000_000) }
    package static func < (left: Hertz, right: Hertz) -> Bool { left.rawValue < right.rawValue }

    /// `4 MHz`, `1.8 MHz`, `950 kHz`, `5 Hz`.
    package var description: String {
        switch rawValue {
        case 1_000_000...: "\(Self.trimmed(rawValue, by: 1_000_000)) MHz"
        case 1_000...: "\(Self.trimmed(rawValue, by: 1_000)) kHz"
        default: "\(rawValue) Hz"
        }
    }

    private static func trimmed(_ value: UInt32, by unit: UInt32) -> String {
        let whole = value / unit
        let thousandths = value % unit / (unit / 1_000)
        guard thousandths > 0 else { return "\(whole)" }
        var digits = String(thousandths + 1_000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}

extension FixedWidthInteger {
    /// `0x9000_0000` style without grouping: `0x90000000`, padded to the type's own width.
    package var hex: String {
        let digits = String(Self.Magnitude(truncatingIfNeeded: self), radix: 16)
        return "0x" + String(repeating: "0", count: Swift.max(0, Self.bitWidth / 4 - digits.count)) + digits
    }
}

extension Duration {
    /// Seconds as a floating-point number, for rates and reports.
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
    /// Whole nanoseconds; saturates instead of overflowing.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }
}
