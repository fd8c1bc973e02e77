// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming

/// Where the time of a job went.
///
/// Virtual time on the simulated bench, real time on a real one.
package struct Timing: Encodable, Sendable {
    package struct Phase: Encodable, Sendable {
        package let name: String
        package let bytes: UInt64
        package let seconds: Double
    }
    package struct Link: Encodable, Sendable {
        package let transfers: UInt64
        package let bytesOut: UInt64
        package let bytesIn: UInt64
        /// Time the host spent on the wire.
        package let seconds: Double

        static func - (left: Link, right: Link) -> Link {
            Link(
                transfers: left.transfers - right.transfers, bytesOut: left.bytesOut - right.bytesOut,
                bytesIn: left.bytesIn - right.bytesIn,
                seconds: ((left.seconds - right.seconds) * 1e6).rounded() / 1e6)
        }
    }
    package enum Clock: String, CaseIterable, Encodable, Sendable { case virtual, real }

    package let clock: Clock
    /// From opening the probe to leaving the target.
    package let totalSeconds: Double
    package let phases: [Phase]
    /// Known on the simulated bench only.
    package let link: Link?

    static let schema = Schema.object([
        .key(
            "clock", .word(Clock.allCases.map(\.rawValue)),
            "virtual: what the job takes on hardware, by the simulated bench's models; real: measured."),
        .key("totalSeconds", .number, "From opening the probe on."),
        .key(
            "phases",
            .list(
                of: .object([
                    .key("name", .word(FlashPhase.allCases.map(\.rawValue)), "The phase."),
                    .key("bytes", .count, "What it dealt with."),
                    .key("seconds", .number, "What it took."),
                ])), "The phases that took part."),
        .optional(
            "link",
            .object([
                .key("transfers", .count, "USB transfers."),
                .key("bytesOut", .count, "Bytes to the probe."),
                .key("bytesIn", .count, "Bytes from the probe."),
                .key("seconds", .number, "Time on the wire."),
            ]), "What crossed the cable; known on the simulated bench only."),
    ])
}

extension Duration {
    /// Seconds to the microsecond; finer digits mean nothing to anybody.
    var reportedSeconds: Double { (seconds * 1e6).rounded() / 1e6 }
}
