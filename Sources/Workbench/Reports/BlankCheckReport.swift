// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What `blank-check` found, when everything is erased.
package struct BlankCheckReport: JobReport {
    package let ranges: [RangeReport]
    package let timing: Timing

    package static let schema = Schema.object([
        .key("ranges", .list(of: RangeReport.schema), "What is blank."),
        .key("timing", Timing.schema, "Where the time went."),
    ])
}
