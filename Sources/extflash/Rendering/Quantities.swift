// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Numbers as a person reads them.
enum Quantity {
    /// `512 bytes`, `64 KiB`, `6.00 MiB`.
    static func bytes(_ count: UInt64) -> String {
        switch count {
        case 0..<1024: "\(count) bytes"
        case 1024..<1_048_576:
            count.isMultiple(of: 1024) ? "\(count / 1024) KiB" : "\(decimal(Double(count) / 1024, 1)) KiB"
        default:
            count.isMultiple(of: 1_048_576)
                ? "\(count / 1_048_576) MiB" : "\(decimal(Double(count) / 1_048_576, 2)) MiB"
        }
    }

    /// `640 KiB/s`; empty when no time passed.
    static func rate(_ count: UInt64, in time: Duration) -> String {
        guard time.seconds > 0 else { return "" }
        return "\(decimal(Double(count) / 1024 / time.seconds, 0)) KiB/s"
    }

    /// `12.3 s`, `1 min 05 s`, `45 ms`.
    static func time(_ duration: Duration) -> String {
        let seconds = duration.seconds
        if seconds < 1 { return "\(decimal(seconds * 1000, 0)) ms" }
        if seconds < 60 { return "\(decimal(seconds, 1)) s" }
        let whole = Int(seconds.rounded())
        let rest = whole % 60
        return "\(whole / 60) min \(rest < 10 ? "0" : "")\(rest) s"
    }

    /// Fixed number of decimals, independent of the locale.
    static func decimal(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let divisor = Int64(scale)
        let fraction = String(scaled % divisor)
        return "\(sign)\(scaled / divisor)." + String(repeating: "0", count: places - fraction.count)
            + fraction
    }
}
