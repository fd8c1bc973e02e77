// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What `program` did.
package struct ProgramReport: JobReport {
    package let images: [ImageSummary]
    package let bytesErased: UInt64
    package let bytesProgrammed: UInt64
    /// Already there, or erased anyway.
    package let bytesSkipped: UInt64
    /// Restored because they share a sector.
    package let bytesKept: UInt64
    package let verification: Verification
    package let loader: String
    package let timing: Timing
    package let warnings: [String]
    /// Where a station did the job.
    package let station: StationUnit?
    /// What would be done; nil once it was done.
    package var plan: ProgramPlan?

    package static let changesFlash = true

    package static let schema = Schema.object([
        .key("images", .list(of: ImageSummary.schema), "The files, in the order in which they were named."),
        .key("bytesErased", .count, "Bytes of the sectors that were erased."),
        .key("bytesProgrammed", .count, "Bytes that were programmed, restored ones included."),
        .key("bytesSkipped", .count, "Bytes of sectors that already held what was wanted."),
        .key("bytesKept", .count, "Bytes that were put back because they share a sector with the images."),
        .key("verification", Verification.schema, "How the result was proven."),
        .key("loader", .text(), "The loader file."),
        .key("timing", Timing.schema, "Where the time went."),
        .key("warnings", .list(of: .text()), "What was dealt with but should be known."),
        .optional("station", StationUnit.schema, "The unit that the job was, where a station did it."),
        .optional("plan", ProgramPlan.schema, "What would be done (--dry-run); then nothing was."),
    ])
}
