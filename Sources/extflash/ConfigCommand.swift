// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// A command that looks into configuration only: it needs neither probe nor bench.
protocol ConfigCommand: ReportCommand {
    var output: ReportOptions { get }

    func report() throws(WorkbenchError) -> Report
}

extension ConfigCommand {
    var console: Console { output.console }

    mutating func run() throws {
        let start = MonotonicTime()
        let found: Report
        do throws(WorkbenchError) { found = try report() } catch {
            return try conclude(nil, failure: error, since: start)
        }
        try conclude(found, failure: (found as? any PartialReport)?.failure, since: start)
    }
}
