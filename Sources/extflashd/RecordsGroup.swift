// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Foundation
import ProductionJobs
import ProductionStore
import StationServer
import Workbench

struct RecordsGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records", abstract: "Check the records of a station that does not run.",
        subcommands: [Verify.self])

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that no record was edited, removed or moved since it was written.",
            discussion: """
                Looks into the state folder itself, or a copy of it, and changes nothing there. A station that runs \
                is asked with `extflash records verify`.
                """)
        @Option(help: "The folder with what the station keeps.") var state = "/var/lib/extflash"
        @Option(
            help: ArgumentHelp(
                "The station's public key, as it was noted when the station was set up.",
                discussion:
                    "Without it the key in the folder is taken, which does not notice that key and records were exchanged together.",
                valueName: "base64"))
        var publicKey: String?
        @Flag(help: "Print one JSON document on standard output.") var json = false

        func run() throws {
            let start = MonotonicTime()
            let report: RecordsVerificationReport
            do throws(StationError) { report = try verified() } catch {
                throw conclude(nil, failure: error, since: start)
            }
            guard let failure = report.failure else {
                return tell(report, error: nil, since: start)
            }
            throw conclude(report, failure: failure, since: start)
        }

        private func verified() throws(StationError) -> RecordsVerificationReport {
            let lock = try FolderLock(reading: state)
            defer { withExtendedLifetime(lock) {} }
            do throws(StoreError) {
                let records = try StoppedRecords(folder: state, publicKey: publicKey)
                let findings = try records.verify()
                return RecordsVerificationReport(
                    verification: RecordsVerification(
                        isWhole: findings.isEmpty, findings: findings.map(\.text),
                        publicKey: records.publicKey))
            } catch { throw .store(error) }
        }

        private func conclude(
            _ report: RecordsVerificationReport?, failure: any Diagnosable, since start: MonotonicTime
        ) -> ExitCode {
            let error = ErrorReport(failure)
            tell(report, error: error, since: start)
            return ExitCode(error.failureClass.rawValue)
        }

        private func tell(
            _ report: RecordsVerificationReport?, error: ErrorReport?, since start: MonotonicTime
        ) {
            if json {
                let document = JobDocument(
                    command: RecordsVerificationReport.command, result: report, error: error,
                    host: HostUsage(since: start))
                print(document.text)
            } else {
                for line in report?.lines ?? [] { print(line) }
            }
            for line in error?.lines ?? [] { FileHandle.standardError.write(Data((line + "\n").utf8)) }
        }
    }
}
