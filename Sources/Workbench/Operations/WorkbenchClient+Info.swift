// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import FlashLoader
import TargetControl

extension WorkbenchClient {
    /// What probe, target and flash say of themselves.
    ///
    /// Nothing is erased or written. What one part does not say is the report's failure; the parts before it are in it.
    package func info() async throws(WorkbenchError) -> InfoReport {
        try await onBench { context throws(WorkbenchError) in
            // A board that does not exist is told before anything is touched.
            let isHot = context.request.connect == .hot
            let way = isHot ? FlashInquiry.none : try FlashInquiry(context)
            return try context.withStack { stack throws(WorkbenchError) in
                var report = InfoReport(probe: ProbeFacts(try stack.openProbe().description))
                do throws(WorkbenchError) {
                    report.target = TargetFacts(try stack.takeHold(preparing: way.runsLoader, of: way.board))
                    report.flash = try way.ask(on: stack)
                } catch {
                    report.failure = error
                }
                return report
            }
        }
    }
}

/// Asked by the debugger itself, once the loader's Init has set up pins and clocks.
func askFlash(_ bench: FlashBench) throws(WorkbenchError) -> FlashFacts {
    let found = try doing("reading the flash's identity") { () throws(LoaderError) in
        try bench.loader.inspect()
    }
    return FlashFacts(found, of: bench)
}
