// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// What a check of a station's records has found.
package struct RecordsVerification: Codable, Sendable {
    package let isWhole: Bool
    package let findings: [String]
    /// Ed25519, base64.
    package let publicKey: String

    package init(isWhole: Bool, findings: [String], publicKey: String) {
        (self.isWhole, self.findings, self.publicKey) = (isWhole, findings, publicKey)
    }
}

/// Records are not as they were written.
package struct RecordsNotWhole: Diagnosable {
    private let count: Int

    package init(findings count: Int) { self.count = count }

    package var code: String { "JOB-008" }
    package var failureClass: FailureClass? { .verifyMismatch }
    package var summary: String {
        "the records are not as they were written: \(Format.count(count, "finding"))"
    }
    package var remedies: [String] { ["keep the state folder as it is, and compare it with a backup"] }
}
