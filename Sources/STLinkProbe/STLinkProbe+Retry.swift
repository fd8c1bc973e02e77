// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

extension STLinkProbe {
    /// How long a target may answer WAIT before that is the result.
    private static let waitBound: Duration = .milliseconds(500)
    private static let firstPause: Duration = .microseconds(100)
    private static let longestPause: Duration = .milliseconds(20)

    /// Runs `command` and retries WAIT; any other refusal is an error.
    func perform<Command: STLinkCommand>(_ command: Command) throws(ProbeError) -> Command.Response {
        try Self.value(of: command, attempt(command))
    }

    /// Runs `command` and retries WAIT.
    ///
    /// - Throws: `unsupported` when this firmware does not have the command.
    func attempt<Command: STLinkCommand>(
        _ command: Command
    ) throws(ProbeError) -> STLinkReply<Command.Response> {
        if let feature = Command.feature, !version.has(feature) { throw Self.lacking(feature, on: version) }
        return try retryingWait { () throws(ProbeError) in try channel.run(command) }
    }

    /// Repeats `attempt` with growing pauses while the target answers WAIT.
    func retryingWait<Response>(
        _ attempt: () throws(ProbeError) -> STLinkReply<Response>
    ) throws(ProbeError) -> STLinkReply<Response> {
        let deadline = Deadline(in: Self.waitBound, on: timebase)
        var pause = Self.firstPause
        // V3 firmware was seen to answer a busy AP with WAIT, then once with FAULT, then with the data.
        var forgivesFault = false
        var reply = try attempt()
        while case .failed(let status) = reply {
            if status.isWait {
                forgivesFault = true
            } else if status == .accessPortFault, forgivesFault {
                forgivesFault = false
            } else {
                return reply
            }
            guard !deadline.hasPassed else { return reply }
            timebase.wait(for: min(pause, deadline.remaining))
            pause = min(pause * 2, Self.longestPause)
            reply = try attempt()
        }
        return reply
    }
}
