// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
package import ProductionJobs

extension UnitClosing.Work {
    init(_ report: FlashReport, loader: String, _ timing: Timing) {
        self.init(
            clock: timing.clock.rawValue, totalSeconds: timing.totalSeconds,
            bytesErased: UInt64(report.erasedBytes), bytesProgrammed: UInt64(report.programmedBytes),
            bytesSkipped: UInt64(report.unchangedBytes), bytesKept: UInt64(report.restoredBytes),
            bytesVerified: UInt64(report.verified.count), proof: report.proof.rawValue, loader: loader,
            warnings: report.warnings.map(\.description))
    }
}

extension ProgramReport {
    /// The unit of a station that a job was.
    package struct StationUnit: Encodable, Sendable {
        let name: String
        let station: String
        let slot: String
        let unit: String

        static let schema = Schema.object([
            .key("name", .text(), "What people know the unit by."),
            .key("station", .text(), "The station's name."), .key("slot", .text(), "The slot."),
            .key("unit", .text(), "The unit, as its record names it."),
        ])
    }

    /// From the record that a station has written; nil for a unit that was not programmed.
    package init?(_ opening: UnitOpening, _ closing: UnitClosing, label: String, images: [ImageSummary]) {
        guard let work = closing.work else { return nil }
        let phases = closing.phases.map { Timing.Phase(name: $0.name, bytes: $0.bytes, seconds: $0.seconds) }
        self.init(
            images: images, bytesErased: work.bytesErased, bytesProgrammed: work.bytesProgrammed,
            bytesSkipped: work.bytesSkipped, bytesKept: work.bytesKept,
            verification: Verification(method: work.proof, bytes: work.bytesVerified), loader: work.loader,
            timing: Timing(
                clock: Timing.Clock(rawValue: work.clock) ?? .real, totalSeconds: work.totalSeconds,
                phases: phases, link: nil),
            warnings: work.warnings,
            station: StationUnit(
                name: label, station: opening.station, slot: opening.slot, unit: opening.unit))
    }

    /// `unit line-1-7 in slot A1 of line-1`; nil for a job of this program's own.
    package var stationText: String? {
        station.map { "unit \($0.unit) in slot \($0.slot) of \($0.station)" }
    }
}
