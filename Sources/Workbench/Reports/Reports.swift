// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// One titled block of names and values.
package struct ReportSection: Encodable, Sendable {
    package struct Row: Encodable, Sendable {
        package let name: String
        package let value: String
    }
    package let title: String
    package private(set) var rows: [Row] = []

    package init(_ title: String) { self.title = title }
    package mutating func add(_ name: String, _ value: String?) {
        if let value { rows.append(Row(name: name, value: value)) }
    }
}

package struct ProbesReport: Encodable, Sendable {
    package struct Probe: Encodable, Sendable {
        package let kind: String
        package let product: String
        package let serial: String?
        /// What to give to `--probe`.
        package let selector: String
        /// `0483:374f`.
        package let ids: String
        package let location: String
        package let firmware: String?
        package let targetVolts: Double?
        package let limitations: [String]
        package let problem: Problem?
    }
    /// Why a probe cannot be used now.
    package struct Problem: Encodable, Sendable {
        package let code: String
        package let summary: String
        package let remedies: [String]

        init(_ report: ErrorReport) {
            (code, summary, remedies) = (report.code, report.summary, report.remedies)
        }
    }
    package let probes: [Probe]
    /// `sim:stlink-v2, sim:…`.
    package let simulatedKinds: String
}

/// A report that says something although the job failed.
package protocol PartialReport {
    /// What ended the job early; nil when it is whole.
    var failure: WorkbenchError? { get }
}

package struct InfoReport: Encodable, PartialReport, Sendable {
    package let sections: [ReportSection]
    package let failure: WorkbenchError?

    private enum CodingKeys: CodingKey { case sections }
}

package struct LoaderReport: Encodable, Sendable {
    package let sections: [ReportSection]
    package let warnings: [String]
}

package struct ResetReport: Encodable, Sendable {
    package let isHalted: Bool
    package let programCounter: String?
}

package struct ImageSummary: Encodable, Sendable {
    package let file: String
    package let format: String
    package let segments: Int
    package let bytes: UInt64
}

package struct ProgramReport: Encodable, Sendable {
    package let images: [ImageSummary]
    package let bytesErased: UInt64
    package let bytesProgrammed: UInt64
    /// Already there, or erased anyway.
    package let bytesSkipped: UInt64
    /// Restored because they share a sector.
    package let bytesKept: UInt64
    /// `read`, `hash` or `none`.
    package let verified: String
    package let bytesVerified: UInt64
    package let loader: String
    package let timing: Timing
    package let warnings: [String]
    /// The last line a person reads.
    package let verdict: String
}

package struct EraseReport: Encodable, Sendable {
    package let ranges: [String]
    package let bytesErased: UInt64
    package let timing: Timing
    package let warnings: [String]
    package let verdict: String
}

package struct VerifyReport: Encodable, Sendable {
    package let images: [ImageSummary]
    package let bytesVerified: UInt64
    package let method: String
    package let timing: Timing
    package let verdict: String
}

package struct ReadReport: Encodable, Sendable {
    package let range: String
    package let bytes: UInt64
    package let file: String
    package let crc32: String
    package let timing: Timing
}

package struct BlankCheckReport: Encodable, Sendable {
    package let range: String
    package let bytes: UInt64
    package let timing: Timing
}

package struct ChecksumReport: Encodable, Sendable {
    package let range: String
    package let bytes: UInt64
    package let crc32: String
    package let sha256: String
    package let byteSum: String
    package let timing: Timing
}
