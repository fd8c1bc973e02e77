// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One image file of a job.
package struct ImageSummary: Encodable, Sendable {
    package let file: String
    /// `elf`, `hex`, `srec`, `uf2` or `bin`.
    package let format: String
    package let segments: Int
    package let bytes: UInt64

    static let schema = Schema.object([
        .key("file", .text(), "The file as it was named."),
        .key("format", .word(["elf", "hex", "srec", "uf2", "bin"]), "How it was read."),
        .key("segments", .count, "Stretches of addresses without a gap."),
        .key("bytes", .count, "Bytes that it gives."),
    ])
}
