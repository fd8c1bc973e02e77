// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What `reset` did.
package struct ResetReport: JobReport {
    package let isHalted: Bool
    /// Where the main core stands; nil when it runs.
    package let programCounter: String?

    package static let schema = Schema.object([
        .key("isHalted", .flag, "Whether the cores were left halted."),
        .optional("programCounter", .address, "Where the main core stands; absent when it runs."),
    ])
}
