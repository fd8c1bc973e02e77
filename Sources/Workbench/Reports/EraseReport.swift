// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What `erase` did.
package struct EraseReport: JobReport {
    package let ranges: [RangeReport]
    package let bytesErased: UInt64
    package let verification: Verification
    package let timing: Timing
    package let warnings: [String]

    package static let changesFlash = true

    package static let schema = Schema.object([
        .key("ranges", .list(of: RangeReport.schema), "What is blank now."),
        .key("bytesErased", .count, "Bytes of the sectors that were erased; blank ones are left alone."),
        .key("verification", Verification.schema, "How it is known that they are blank."),
        .key("timing", Timing.schema, "Where the time went."),
        .key("warnings", .list(of: .text()), "What was dealt with but should be known."),
    ])
}
