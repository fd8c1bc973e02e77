// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Where the time of a job went.
///
/// Virtual time on the simulated bench, real time on a real one.
package struct Timing: Encodable, Sendable {
    package struct Phase: Encodable, Sendable {
        package let name: String
        package let bytes: UInt64
        package let seconds: Double

        package init(name: String, bytes: UInt64, time: Duration) {
            (self.name, self.bytes, seconds) = (name, bytes, time.reportedSeconds)
        }
    }
    package struct Link: Encodable, Sendable {
        package let transfers: UInt64
        package let bytesOut: UInt64
        package let bytesIn: UInt64
        /// Time the host spent on the wire.
        package let seconds: Double
    }

    /// `virtual` or `real`.
    package var clock: String
    /// From opening the probe to leaving the target.
    package var totalSeconds: Double
    package var phases: [Phase]
    /// Known on the simulated bench only.
    package var link: Link?
    /// What the host itself spent, simulator included.
    package var realSeconds: Double
    /// Largest resident size of the process so far.
    package var peakMemoryBytes: UInt64

    /// One line a phase, aligned, for people.
    package var lines: [String] {
        var rows = phases.filter { $0.seconds > 0 || $0.bytes > 0 }.map { phase in
            (
                phase.name, Self.amount(phase.bytes), Self.time(phase.seconds),
                Self.rate(phase.bytes, phase.seconds)
            )
        }
        rows.append(("total", "", Self.time(totalSeconds), clock == "virtual" ? "virtual time" : ""))
        if let link {
            rows.append(
                (
                    "of it link", Self.amount(link.bytesOut + link.bytesIn), Self.time(link.seconds),
                    "\(link.transfers) transfers"
                ))
        }
        let widths = (
            rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0, rows.map(\.2.count).max() ?? 0
        )
        return rows.map { row in
            var line =
                row.0.padded(to: widths.0) + "  " + row.1.padded(left: widths.1) + "  "
                + row.2.padded(left: widths.2)
            if !row.3.isEmpty { line += "  " + row.3 }
            return line
        }
    }

    private static func amount(_ bytes: UInt64) -> String {
        bytes < 1024 ? "\(bytes) B" : "\(fixed(Double(bytes) / 1024, 1)) KiB"
    }
    private static func time(_ seconds: Double) -> String { "\(fixed(seconds, 3)) s" }
    private static func rate(_ bytes: UInt64, _ seconds: Double) -> String {
        bytes > 0 && seconds > 0 ? "\(fixed(Double(bytes) / 1024 / seconds, 1)) KiB/s" : ""
    }
    private static func fixed(_ value: Double, _ places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}

extension Duration {
    /// Seconds to the microsecond; finer digits mean nothing to anybody.
    var reportedSeconds: Double { (seconds * 1e6).rounded() / 1e6 }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    func padded(left width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
