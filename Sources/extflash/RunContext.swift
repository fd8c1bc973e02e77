// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Workbench

/// What one run of the program takes from its process; tests give each run its own.
struct RunContext: Sendable {
    @TaskLocal static var current = RunContext(
        streams: .process, environment: ProcessInfo.processInfo.environment, paths: .current(),
        takesSignals: true)

    let streams: StandardStreams
    let environment: [String: String]
    /// Where configuration is searched.
    let paths: InstallationPaths
    /// Signals are the whole process's, so a test's runs leave them alone.
    var takesSignals = false
}
