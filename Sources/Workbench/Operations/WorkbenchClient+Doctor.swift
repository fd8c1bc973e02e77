// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension WorkbenchClient {
    /// Walks from the cable to the flash and ends at the first step that is wrong, which is the report's failure.
    ///
    /// Nothing in the flash is changed, and target and board are left as they were found. The page at `page` is written
    /// whatever became of the visit; that it can be written is found out before.
    package func doctor(page path: String? = nil) async throws(WorkbenchError) -> DoctorReport {
        try await onBench { context throws(WorkbenchError) in
            let catalog = LoaderCatalog(context.request, observer: context.observer)
            guard let board = try catalog.board() else {
                preconditionFailure("a board is named, or there is one with a loader")
            }
            let chips = try catalog.chips(of: board)
            let file = try path.map { (path) throws(WorkbenchError) in
                try OutputFile(path, isText: true, cancellation: context.cancellation)
            }
            var report = try context.withStack { stack throws(WorkbenchError) in
                DoctorVisit(stack, board, chips).run()
            }
            if let file, let path {
                report.page = path
                try file.write(Array(DoctorPage(report).text.utf8))
            }
            return report
        }
    }
}
