// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Glibc
import StationClient
import Workbench

/// What one run of the program takes from its process; tests give each run its own.
struct RunContext: Sendable {
    @TaskLocal static var current = RunContext(
        streams: .process, environment: ProcessInfo.processInfo.environment, paths: .current(),
        takesSignals: true, program: ProcessArguments.program,
        replaceProcess: DaemonProgram.replaceThisProcess)

    let streams: StandardStreams
    let environment: [String: String]
    /// Where configuration is searched.
    let paths: InstallationPaths
    /// Signals are the whole process's, so a test's runs leave them alone.
    var takesSignals = false
    /// This program's own file; nil where nobody can tell.
    var program: String?
    /// Puts another program in the place of this one; gives `errno` when that fails.
    var replaceProcess: @Sendable (_ path: String, _ arguments: [String]) -> Int32 = { _, _ in ENOSYS }
    var patience = StationConnection.Patience.usual
}
