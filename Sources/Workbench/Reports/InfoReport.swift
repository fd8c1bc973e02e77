// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What `info` found: probe, target and flash, as far as it came.
package struct InfoReport: JobReport, PartialReport {
    package let probe: ProbeFacts
    package internal(set) var target: TargetFacts?
    package internal(set) var flash: FlashFacts?
    package internal(set) var failure: WorkbenchError?

    private enum CodingKeys: CodingKey { case probe, target, flash }

    init(probe: ProbeFacts) { self.probe = probe }

    package static let schema = Schema.object([
        .key("probe", ProbeFacts.schema, "The probe."),
        .optional("target", TargetFacts.schema, "The target; absent when it could not be reached."),
        .optional("flash", FlashFacts.schema, "The external flash; absent when it could not be asked."),
    ])
}
