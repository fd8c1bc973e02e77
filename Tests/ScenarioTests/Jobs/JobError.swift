// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import Testing

@testable import Workbench

extension Diagnosable {
    /// The codes of the error and its causes, outermost first.
    var codes: [String] { [code] + (cause?.codes ?? []) }
    /// Every summary, for looking for words.
    var story: String { summary + (cause.map { "\n" + $0.story } ?? "") }
}

extension WorkbenchError {
    /// What was done to the flash before a flash operation failed.
    var journal: FlashJournal? {
        if case .step(_, let error) = self { (error as? FlashError)?.journal } else { nil }
    }
}

extension JobBench {
    /// Runs a job that must fail, and checks how.
    @discardableResult func expectFailure(
        _ failure: FailureClass, _ code: String, leavingCells: Bool = true,
        sourceLocation: SourceLocation = #_sourceLocation, _ job: (JobBench) async throws -> Void
    ) async throws -> WorkbenchError {
        let before = cells
        let error = try await #require(throws: WorkbenchError.self, sourceLocation: sourceLocation) {
            try await job(self)
        }
        #expect(FailureClass(of: error) == failure, "\(error.story)", sourceLocation: sourceLocation)
        #expect(error.codes.contains(code), "\(error.codes)", sourceLocation: sourceLocation)
        if leavingCells { expectCells(before, sourceLocation: sourceLocation) }
        return error
    }
}
