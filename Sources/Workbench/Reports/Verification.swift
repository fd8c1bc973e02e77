// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming

/// How a result was proven.
package struct Verification: Encodable, Sendable {
    /// `read`, `hash` or `none`.
    package let method: String
    package let bytes: UInt64

    init(method: String, bytes: UInt64) { (self.method, self.bytes) = (method, bytes) }

    init(_ report: FlashReport) {
        (method, bytes) = (report.proof.rawValue, UInt64(report.verified.count))
    }

    static let schema = Schema.object([
        .key(
            "method", .word(["read", "hash", "none"]),
            "read: every byte was read back; hash: computed on the target; none: not verified."),
        .key("bytes", .count, "Bytes that were compared."),
    ])
}
