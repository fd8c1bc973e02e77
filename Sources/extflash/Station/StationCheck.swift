// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Foundation
import ProductionJobs
import StationClient
import StationTLS
import Workbench

extension StationGroup {
    struct Check: ReportCommand {
        static let documentName = "station check"
        static let configuration = CommandConfiguration(
            abstract:
                "Look for mistakes in a station file, as `extflashd --check` does. No station is needed.")
        @Argument(help: "The station file.", completion: .file(extensions: ["yaml"])) var file: String
        @OptionGroup var output: ReportOptions

        var console: Console { output.console }

        func run() throws {
            let start = MonotonicTime()
            let report: StationFileReport
            do throws(StationClientError) { report = try StationFileReport(file) } catch {
                return try conclude(nil, failure: error, since: start)
            }
            try conclude(report, failure: nil, since: start)
        }

        func render(_ report: StationFileReport, on console: Console) {
            console.result("\(report.name): \(report.title)")
            var columns = Columns("SLOT", "PROBE", "BOARD")
            for slot in report.slots { columns.add(slot.name, slot.probe, slot.board) }
            console.result(columns)
            if let certificate = report.certificate {
                console.result("certificate: \(certificate.file), valid to \(certificate.expires)")
                if let warning = certificate.warning { console.note("warning: \(warning)") }
            }
        }
    }
}

/// What a station file describes.
struct StationFileReport: JobReport {
    struct Slot: Encodable, Sendable {
        let name: String
        let probe: String
        let board: String?
    }
    let name: String
    let title: String
    let slots: [Slot]
    let certificate: Certificate?

    struct Certificate: Encodable, Sendable {
        let file: String
        let expires: String
        /// Nil while there is time enough.
        let warning: String?
    }

    static let schema = Schema.object([
        .key("name", .text(), "The station's name."), .key("title", .text(), "Its title."),
        .key(
            "slots",
            .list(
                of: .object([
                    .key("name", .text(), "The slot."), .key("probe", .text(), "Where its probe is."),
                    .optional("board", .text(), "The board in it; absent where the recipe says."),
                ])), "The slots."),
        .optional(
            "certificate",
            .object([
                .key("file", .text(), "The file of `http: certificate`."),
                .key("expires", .text(), "Its last day."),
                .optional("warning", .text(), "What is to be done soon."),
            ]), "What the station proves with on a network who it is."),
    ])

    init(_ path: String) throws(StationClientError) {
        guard let text = String(validating: try StationFiles.bytes(path), as: UTF8.self) else {
            throw .fileUnreadable(path: path, detail: "it is no text")
        }
        let definition: StationDefinition
        do {
            definition = try StationDefinition(yaml: text, file: StationFiles.name(path))
            (name, title) = (definition.name, definition.title)
            slots = definition.slots.map {
                Slot(name: $0.name, probe: $0.probe.description, board: $0.board)
            }
        } catch { throw .fileInvalid(error) }
        guard let files = definition.http.tls else {
            certificate = nil
            return
        }
        let now = Int64(Date().timeIntervalSince1970)
        do {
            let found = try StationCertificate(files, now: now)
            certificate = Certificate(
                file: files.certificate, expires: found.expiryDate, warning: found.warning(now: now))
        } catch { throw .certificate(error) }
    }
}
