// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Workbench

/// What one run of the program takes from its process; tests give each run its own.
struct RunContext: Sendable {
    @TaskLocal static var current = RunContext(
        streams: .process, environment: ProcessInfo.processInfo.environment, paths: .current())

    let streams: StandardStreams
    let environment: [String: String]
    /// Where configuration is searched.
    let paths: InstallationPaths
}
