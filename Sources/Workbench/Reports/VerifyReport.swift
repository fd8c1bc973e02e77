// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What `verify` found, when everything is as it should be.
package struct VerifyReport: JobReport {
    package let images: [ImageSummary]
    package let verification: Verification
    package let timing: Timing

    package static let schema = Schema.object([
        .key("images", .list(of: ImageSummary.schema), "The files, in the order in which they were named."),
        .key("verification", Verification.schema, "How flash and images were compared."),
        .key("timing", Timing.schema, "Where the time went."),
    ])
}
