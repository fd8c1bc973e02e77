// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A function that was started on a core and runs until somebody sees it come back.
package final class RunningCall {
    package let function: FunctionCall
    let poll: CallPoll
    private let core: Core

    init(_ core: Core, _ function: FunctionCall, _ poll: CallPoll) {
        (self.core, self.function, self.poll) = (core, function, poll)
    }

    package var elapsed: Duration { poll.elapsed }

    /// Looks at the core once, and feeds the watchdogs.
    ///
    /// - Returns: what the function returned, with the core halted; nil while it runs.
    package func look() throws(CoreError) -> FunctionResult? { try core.look(at: self) }

    /// Stops the core wherever it is: what the function was doing is not finished.
    package func stop() throws(CoreError) { try core.halt() }

    /// The error of a function that should have come back by now, with places where the core was seen.
    package func timedOut() throws(CoreError) -> CoreError {
        .callTimedOut(try core.sampledPostMortem(of: function, after: elapsed))
    }
}
