// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One image file of a job.
package struct ImageSummary: Encodable, Sendable {
    package let file: String
    /// `elf`, `hex`, `srec`, `uf2` or `bin`.
    package let format: String
    package let segments: Int
    /// Taken for the flash.
    package let bytes: UInt64
    /// Left out because they are for another memory.
    package let bytesOutside: UInt64

    static let schema = Schema.object([
        .key("file", .text(), "The file as it was named."),
        .key("format", .word(["elf", "hex", "srec", "uf2", "bin"]), "How it was read."),
        .key("segments", .count, "Stretches of addresses without a gap."),
        .key("bytes", .count, "Bytes that were taken of it."),
        .key("bytesOutside", .count, "Bytes that --skip-outside left out."),
    ])
}
