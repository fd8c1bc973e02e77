// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What `checksum` computed.
package struct ChecksumReport: JobReport {
    package let ranges: [RangeReport]
    package let bytes: UInt64
    package let crc32: String
    package let sha256: String
    package let byteSum: String
    package let timing: Timing

    package static let schema = Schema.object([
        .key("ranges", .list(of: RangeReport.schema), "What was read."),
        .key("bytes", .count, "How many bytes that are."),
        .key("crc32", .hexadecimal(digits: 8), "CRC-32 as zlib and Ethernet have it."),
        .key("sha256", .text(pattern: "^[0-9a-f]{64}$"), "SHA-256."),
        .key("byteSum", .hexadecimal(digits: 8), "The sum of the bytes, as ST's loaders compute it."),
        .key("timing", Timing.schema, "Where the time went."),
    ])
}
