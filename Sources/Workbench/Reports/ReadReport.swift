// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What `read` wrote.
package struct ReadReport: JobReport {
    package let range: RangeReport
    package let file: String
    /// Of the flash's contents, not of the file.
    package let crc32: String
    /// Of the range, what stood in the file, or in the rest of an interrupted read, and was confirmed by digests.
    package let bytesConfirmed: Int
    package let timing: Timing

    package static let schema = Schema.object([
        .key("range", RangeReport.schema, "What was read."),
        .key("file", .text(), "The file that holds it now."),
        .key("crc32", .hexadecimal(digits: 8), "CRC-32 of the flash's contents, whatever the file's format."),
        .key(
            "bytesConfirmed", .count,
            "Bytes that an earlier read had got already, confirmed by digests computed on the target."),
        .key("timing", Timing.schema, "Where the time went."),
    ])
}
