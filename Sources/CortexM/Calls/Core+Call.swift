// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

extension Core {
    /// Calls a function that is already in RAM and waits until it comes back; the core is halted afterwards.
    ///
    /// The core must be halted, and clean (``cleanForCalls()``) before the first call. Entered with PRIMASK set and
    /// C_MASKINTS clear: a function that needs its interrupts unmasks them itself.
    package func call(_ function: FunctionCall) throws(CoreError) -> FunctionResult {
        try makeReady(for: function)
        return try execute(function)
    }

    private func makeReady(for function: FunctionCall) throws(CoreError) {
        if isInterrupted {
            // Contact was lost while a function ran, and it may be running still.
            try halt()
            try cleanForCalls()
        }
        if preparedSite != function.site { try prepare(function.site) }
    }

    /// Starts a function and leaves it running: who starts it looks at it, and sees to its end.
    ///
    /// As ``call(_:)`` otherwise; the function's `isCancelled` and `whileRunning` are not asked.
    package func begin(_ function: FunctionCall) throws(CoreError) -> RunningCall {
        try makeReady(for: function)
        return try start(function)
    }

    func start(_ function: FunctionCall) throws(CoreError) -> RunningCall {
        try enter(function)
        isInterrupted = true
        let poll = CallPoll(within: function.deadline, expecting: function.expected, on: timebase)
        try control(.request(), during: .call)
        return RunningCall(self, function, poll)
    }

    /// Calls, with everything around the call in place.
    func execute(_ function: FunctionCall) throws(CoreError) -> FunctionResult {
        let running = try start(function)
        while true {
            let isLast = running.poll.hasPassed
            if let result = try running.look() { return result }
            let wasAtWork = function.whileRunning(running.poll.elapsed)
            if function.isCancelled() {
                try halt()
                throw .cancelled(function: function.name, after: running.poll.elapsed)
            }
            if isLast { throw try running.timedOut() }
            if !wasAtWork { running.poll.pause() }
        }
    }

    /// Whether the function has come back; nil while it has not.
    func look(at running: RunningCall) throws(CoreError) -> FunctionResult? {
        guard let end = try returned(running.function, after: running.poll.elapsed) else {
            try keepTargetAlive()
            return nil
        }
        return try finish(running.function, end, after: running.poll.elapsed)
    }

    private func finish(
        _ function: FunctionCall, _ end: CallEnd, after elapsed: Duration
    ) throws(CoreError) -> FunctionResult {
        let result = FunctionResult(r0: end.r0, r1: end.r1, duration: elapsed)
        guard !end.isDamaged else {
            throw .stackOverflowed(try postMortem(of: function, after: result.duration))
        }
        if end.leavesMasksWrong {
            try writeRegister(.special, RegisterValue<SpecialRegisters>.forCalls.rawValue)
        }
        isInterrupted = false
        trace(.debug, "function returned", ["name": function.name, "r0": result.r0.hex])
        return result
    }

    private func enter(_ function: FunctionCall) throws(CoreError) {
        resetWasSeen = false
        try access(.call) { () throws(DebugAccessError) in
            try memory.writeWords(
                CallGate.block(for: function), at: function.site.gate + CallGate.blockOffset)
        }
        // Also finds out whether the core is still halted.
        try writeRegister(.pc, function.site.gate)
        trace(.debug, "function called", ["name": function.name, "entry": function.entry.hex])
    }

    /// What the function left when it came back; nil while it runs.
    private func returned(
        _ function: FunctionCall, after elapsed: Duration
    ) throws(CoreError) -> CallEnd? {
        let status = try self.status()
        guard !resetWasSeen else { throw try lostToReset(function, after: elapsed) }
        if status.isLockedUp {
            try halt()
            throw .callLockedUp(try postMortem(of: function, after: elapsed, status: status))
        }
        guard status.isHalted else { return nil }
        if let end = try end(of: function) { return end }
        guard try resumedFromErratum() else { throw try strayed(function, elapsed, status) }
        return nil
    }

    /// What a function left behind when it returned.
    private struct CallEnd {
        var r0: UInt32, r1: UInt32
        var isDamaged = false
        /// The gate could not be entered: unprivileged, or with interrupts that would come in between.
        var leavesMasksWrong = false
    }

    /// - Returns: nil when the halted core is not where a return leads.
    private func end(of function: FunctionCall) throws(CoreError) -> CallEnd? {
        guard let trap = function.site.returnTrap else {
            let words = try access(.call) { () throws(DebugAccessError) in
                try memory.readWords(
                    CallGate.resultCount, at: function.site.gate + CallGate.resultOffset)
            }
            guard let state = CallGate.State(rawValue: words[0]), state != .running else { return nil }
            return CallEnd(
                r0: words[1], r1: words[2], isDamaged: state == .damaged,
                leavesMasksWrong: words[3] & 1 == 1)
        }
        let values = try readRegisters([.general(0), .general(1), .pc, .special])
        guard values[2] & ~1 == trap & ~1 else { return nil }
        return CallEnd(
            r0: values[0], r1: values[1],
            leavesMasksWrong: values[3] != RegisterValue<SpecialRegisters>.forCalls.rawValue)
    }

    private func keepTargetAlive() throws(CoreError) {
        guard let keepAlive else { return }
        do { try keepAlive() } catch {
            // A function that nobody watches must not go on; the error that is thrown is the one that matters.
            try? halt()
            throw .access(error, core: name, during: .call)
        }
    }

    /// The vector catch set for the call holds the core at its reset vector, so that the application does not start.
    private func lostToReset(_ function: FunctionCall, after elapsed: Duration) throws(CoreError) -> CoreError
    {
        try halt()
        preparedSite = nil
        return .targetReset(function: function.name, after: elapsed)
    }

    /// Cortex-M7 erratum 3092511: a breakpoint that coincides with an exception halts at the handler instead.
    ///
    /// Resuming lets the handler return to the breakpoint.
    ///
    /// - Returns: whether that was it.
    private func resumedFromErratum() throws(CoreError) -> Bool {
        if identification == nil { try identify() }
        guard identification?.part == .m7 else { return false }
        var coincidence = RegisterValue<DebugFaultStatus>()
        (coincidence.breakpoint, coincidence.haltRequest) = (true, true)
        guard try read(SystemAddress.debugFaultStatus, during: .call) == coincidence.rawValue else {
            return false
        }
        let values = try readRegisters([.xpsr, .pc])
        guard RegisterValue<ProgramStatus>(rawValue: values[0]).exception != 0,
            try breakpointInstruction(at: values[1]) == nil
        else { return false }
        trace(.debug, "resumed after erratum 3092511", ["pc": values[1].hex])
        try run()
        return true
    }

    /// The immediate of the BKPT at `address`, nil when there is none or the memory cannot be read.
    private func breakpointInstruction(at address: UInt32) throws(CoreError) -> UInt8? {
        do {
            let bytes = try memory.read(2, at: address & ~1)
            return bytes[1] == 0xBE ? bytes[0] : nil
        } catch {
            if error.isConnectionFailure { throw .access(error, core: name, during: .call) }
            return nil
        }
    }

    /// It stopped somewhere else than where a return leads.
    private func strayed(
        _ function: FunctionCall, _ elapsed: Duration, _ status: RegisterValue<DebugHaltingControl>
    ) throws(CoreError) -> CoreError {
        let mortem = try postMortem(of: function, after: elapsed, status: status)
        // First: a fault a few instructions later is only its consequence.
        if mortem.watched != nil { return .callOverran(mortem) }
        if mortem.fault.debug.vectorCatch || mortem.fault.isFault { return .callFaulted(mortem) }
        if mortem.fault.debug.breakpoint, let pc = mortem.samples.last?.pc,
            let immediate = try breakpointInstruction(at: pc)
        {
            return .callHitBreakpoint(mortem, immediate: immediate)
        }
        return .callHalted(mortem)
    }
}
