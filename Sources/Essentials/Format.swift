// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Quantities as a person reads them, the same in every message; independent of the locale.
package enum Format {
    /// `1 byte`, `512 bytes`, `4 KiB`, `1.5 KiB`, `16 MiB`, `6.25 MiB`.
    package static func bytes(_ count: some BinaryInteger) -> String {
        let count = UInt64(clamping: count)
        switch count {
        case 0..<1024: return Self.count(count, "byte")
        case 1024..<1_048_576: return scaled(count, by: 1024, places: 1) + " KiB"
        default: return scaled(count, by: 1_048_576, places: 2) + " MiB"
        }
    }

    /// `1 segment`, `3 segments`.
    package static func count(_ count: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
        "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
    }

    /// `640 KiB/s`; nil when no time passed or nothing moved.
    package static func rate(_ count: some BinaryInteger, in time: Duration) -> String? {
        guard count > 0, time > .zero else { return nil }
        let perSecond = Double(UInt64(clamping: count)) / time.seconds / 1024
        return "\(decimal(perSecond, perSecond < 10 ? 1 : 0)) KiB/s"
    }

    /// `85 µs`, `45 ms`, `12.3 s`, `1 min 05 s`.
    package static func time(_ duration: Duration) -> String {
        let seconds = duration.seconds
        switch seconds {
        case ..<0.000_999_5: return "\(decimal(seconds * 1_000_000, 0)) µs"
        case ..<0.999_5: return "\(decimal(seconds * 1000, 0)) ms"
        case ..<59.95: return "\(decimal(seconds, 1)) s"
        default:
            // Longer than any job; only keeps the conversion below from overflowing.
            let whole = Int(min(seconds, 1e12).rounded())
            return "\(whole / 60) min \(whole % 60 < 10 ? "0" : "")\(whole % 60) s"
        }
    }

    /// `3.30 V`.
    package static func volts(_ volts: Double) -> String { "\(decimal(volts, 2)) V" }

    /// `ef 40 18`.
    package static func octets(_ bytes: some Sequence<UInt8>, separator: String = " ") -> String {
        bytes.map { String($0.hex.dropFirst(2)) }.joined(separator: separator)
    }

    /// A fixed number of decimals; `?` for what is no number a message could show.
    package static func decimal(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, abs(value) < 1e12, (0...6).contains(places) else { return "?" }
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let units = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && units != 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(units)" }
        let fraction = String(units % scale)
        return "\(sign)\(units / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// Exact multiples without decimals.
    private static func scaled(_ count: UInt64, by unit: UInt64, places: Int) -> String {
        count.isMultiple(of: unit) ? "\(count / unit)" : decimal(Double(count) / Double(unit), places)
    }
}
