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
        if isInterrupted {
            // Contact was lost while a function ran, and it may be running still.
            try halt()
            try cleanForCalls()
        }
        try enter(function)
        isInterrupted = true
        let poll = AdaptivePoll(within: function.deadline, on: timebase)
        try control(.request(), during: .call)
        let status = try waitForStop(of: function, poll)
        let elapsed = poll.elapsed
        let values = try readRegisters([.general(0), .general(1), .pc])
        guard !status.isLockedUp else {
            throw .callLockedUp(try postMortem(of: function, after: elapsed, status: status))
        }
        guard values[2] & ~1 == function.returnTrap & ~1 else {
            throw try strayed(function, to: values[2], after: elapsed, status)
        }
        guard try stackIsIntact(function.stack) else {
            throw .stackOverflowed(try postMortem(of: function, after: elapsed, status: status))
        }
        isInterrupted = false
        trace(.debug, "function returned", ["name": function.name, "r0": values[0].hex])
        return FunctionResult(r0: values[0], r1: values[1], duration: elapsed)
    }

    /// Registers, trap and fault state for the call.
    ///
    /// What was left over from before is cleared, so that what is found afterwards belongs to the call.
    private func enter(_ function: FunctionCall) throws(CoreError) {
        try requireHalted(.call)
        resetWasSeen = false
        let breakpoint: [UInt8] = [0x00, 0xBE]
        try access(.call) { () throws(DebugAccessError) in
            try memory.write(breakpoint, at: function.returnTrap & ~1)
            // CFSR, HFSR and DFSR: ones clear.
            try memory.writeWords([.max, .max, .max], at: SystemAddress.configurableFaultStatus)
            try memory.writeWord(
                RegisterValue<DebugExceptionMonitor>.catchingEverything.rawValue,
                at: SystemAddress.debugExceptionMonitor)
        }
        var thumb = RegisterValue<ProgramStatus>()
        thumb.thumb = true
        var registers: [(register: CoreRegister, value: UInt32)] = [
            (.special, RegisterValue<SpecialRegisters>.forCalls.rawValue),
            (.xpsr, thumb.rawValue),
            (.msp, function.stack.upperBound & ~7),
            (.lr, function.returnTrap | 1),
            (.pc, function.entry & ~1),
        ]
        for (index, argument) in function.arguments.enumerated() {
            registers.append((.general(UInt8(index)), argument))
        }
        if let base = function.staticBase { registers.append((.general(9), base)) }
        try writeRegisters(registers)
        trace(.debug, "function called", ["name": function.name, "entry": function.entry.hex])
    }

    /// Polls until the core stands still, whatever made it.
    private func waitForStop(
        of function: FunctionCall, _ poll: AdaptivePoll
    ) throws(CoreError) -> RegisterValue<DebugHaltingControl> {
        while true {
            let isLast = poll.hasPassed
            let status = try self.status()
            guard !resetWasSeen else { throw try lostToReset(function, after: poll.elapsed) }
            if status.isLockedUp { try halt() }
            if status.isHalted || status.isLockedUp {
                if try !resumedFromErratum() { return status }
            }
            let wasAtWork = function.whileRunning(poll.elapsed)
            try keepTargetAlive()
            if function.isCancelled() {
                try halt()
                throw .cancelled(function: function.name, after: poll.elapsed)
            }
            if isLast { throw .callTimedOut(try sampledPostMortem(of: function, after: poll.elapsed)) }
            if !wasAtWork { poll.pause() }
        }
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
        preparedStack = nil
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
            !breakpoints.contains(values[1] & ~1), try breakpointInstruction(at: values[1]) == nil
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

    private func strayed(
        _ function: FunctionCall, to pc: UInt32, after elapsed: Duration,
        _ status: RegisterValue<DebugHaltingControl>
    ) throws(CoreError) -> CoreError {
        let mortem = try postMortem(of: function, after: elapsed, status: status)
        if mortem.fault.debug.vectorCatch || mortem.fault.isFault { return .callFaulted(mortem) }
        if mortem.fault.debug.breakpoint, let immediate = try breakpointInstruction(at: pc) {
            return .callHitBreakpoint(mortem, immediate: immediate)
        }
        return .callHalted(mortem)
    }
}
