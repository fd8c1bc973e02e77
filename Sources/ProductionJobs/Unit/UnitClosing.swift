// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// What became of a unit.
package struct UnitClosing: Codable, Hashable, Sendable {
    package var unit: String
    package var verdict: Verdict
    /// ISO 8601 in UTC.
    package var endedAt: String
    /// What was read of the board, as far as it was reached.
    package var microcontroller: Microcontroller?
    package var flash: Flash?
    package var millivolts: Int?
    package var clockHertz: UInt32?
    package var phases: [Phase] = []
    /// From opening the probe to leaving the board, by the clock of its bench: that of the simulator is its own.
    package var seconds: Double?
    package var retries = 0
    /// Those attempts of this unit that the cable or a contact ended, in order; nil in records of versions without them.
    package var attempts: [Attempt]?
    /// SHA-256 over the bytes that were proven, patches among them.
    package var contents: String?
    /// Of the loader that programmed.
    package var loaderHash: String?
    package var error: Failure?
    /// What was done to the flash, once it was done.
    package var work: Work?

    package struct Microcontroller: Codable, Hashable, Sendable {
        package var part: String
        package var revision: String?
        /// 24 hexadecimal digits.
        package var uniqueID: String?

        package init(part: String, revision: String? = nil, uniqueID: String? = nil) {
            (self.part, self.revision, self.uniqueID) = (part, revision, uniqueID)
        }
    }
    package struct Flash: Codable, Hashable, Sendable {
        /// `ef4018`.
        package var jedecID: String?
        package var uniqueID: String?

        package init(jedecID: String? = nil, uniqueID: String? = nil) {
            (self.jedecID, self.uniqueID) = (jedecID, uniqueID)
        }
    }
    package struct Phase: Codable, Hashable, Sendable {
        package var name: String
        package var seconds: Double
        package var bytes: UInt64

        package init(name: String, seconds: Double, bytes: UInt64) {
            (self.name, self.seconds, self.bytes) = (name, seconds, bytes)
        }
    }
    /// As `program` reports it.
    package struct Work: Codable, Hashable, Sendable {
        /// `virtual` on a simulated bench, else `real`.
        package var clock: String
        /// From opening the probe on.
        package var totalSeconds: Double
        package var bytesErased: UInt64
        package var bytesProgrammed: UInt64
        /// Already there, or erased anyway.
        package var bytesSkipped: UInt64
        /// Restored because they share a sector.
        package var bytesKept: UInt64
        package var bytesVerified: UInt64
        /// `read`, `hash` or `none`.
        package var proof: String
        /// The loader's file.
        package var loader: String
        package var warnings: [String]

        package init(
            clock: String, totalSeconds: Double, bytesErased: UInt64, bytesProgrammed: UInt64,
            bytesSkipped: UInt64, bytesKept: UInt64, bytesVerified: UInt64, proof: String, loader: String,
            warnings: [String]
        ) {
            (self.clock, self.totalSeconds, self.proof) = (clock, totalSeconds, proof)
            (self.bytesErased, self.bytesProgrammed) = (bytesErased, bytesProgrammed)
            (self.bytesSkipped, self.bytesKept) = (bytesSkipped, bytesKept)
            (self.bytesVerified, self.loader, self.warnings) = (bytesVerified, loader, warnings)
        }
    }
    /// One attempt that was not the last.
    package struct Attempt: Codable, Hashable, Sendable {
        package var seconds: Double
        package var error: Failure

        package init(seconds: Double, error: Failure) { (self.seconds, self.error) = (seconds, error) }
    }
    /// The error that ended the unit, as the command line tells it.
    package struct Failure: Codable, Hashable, Sendable {
        package var code: String
        package var failureClass: String
        package var summary: String
        package var causes: [String]
        package var remedies: [String]

        package init(_ report: ErrorReport) {
            (code, failureClass) = (report.code, report.failureClass.name)
            (summary, remedies) = (report.summary, report.remedies)
            causes = report.causes.map { "\($0.summary) [\($0.code)]" }
        }
    }

    package init(unit: String, verdict: Verdict, endedAt: String) {
        (self.unit, self.verdict, self.endedAt) = (unit, verdict, endedAt)
    }
}

package enum Verdict: String, Codable, CaseIterable, Hashable, Sendable {
    /// Proven, and every check passed.
    case good
    case failed
    /// Somebody stopped it.
    case cancelled
    /// The station went away while the unit was in work: what its flash holds is not known.
    case interrupted
    /// Nothing was touched: a guard, a check before, or the hook said no.
    case refused
}
