// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import ProductionJobs

/// The document of `records verify`, whoever checks: a station that runs, or extflashd over the folder of one.
package struct RecordsVerificationReport: JobReport {
    package static let command = "records verify"
    let verification: RecordsVerification

    package init(verification: RecordsVerification) { self.verification = verification }

    package static let schema = Schema.object([
        .key(
            "verification",
            .object([
                .key("isWhole", .flag, "Whether every record is as it was written."),
                .key("findings", .list(of: .text()), "What is wrong with them."),
                .key("publicKey", .text(), "The station's key (Ed25519)."),
            ]), "What became of the check.")
    ])

    package var failure: (any Diagnosable)? {
        verification.isWhole ? nil : RecordsNotWhole(findings: verification.findings.count)
    }

    /// For people.
    package var lines: [String] {
        verification.findings + (verification.isWhole ? ["Every record is as it was written."] : [])
            + ["key  \(verification.publicKey)"]
    }
}
