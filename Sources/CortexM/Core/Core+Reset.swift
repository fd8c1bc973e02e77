// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

extension Core {
    /// How long a part may take from reset request to a debug port that answers.
    package static let resetLimit: Duration = .seconds(1)

    /// Stops the core at its reset vector at every reset, whoever causes it, until ``catchNothing()``.
    package func catchReset() throws(CoreError) {
        preparedSite = nil
        // Without C_DEBUGEN the catch has no effect.
        try control(.request(halt: try status().isHalted), during: .reset)
        try write(
            RegisterValue<DebugExceptionMonitor>.catchingReset.rawValue, SystemAddress.debugExceptionMonitor,
            during: .reset)
    }

    /// Leaves trace on: loaders time themselves with DWT.CYCCNT.
    package func catchNothing() throws(CoreError) {
        preparedSite = nil
        try write(
            RegisterValue<DebugExceptionMonitor>.tracing.rawValue, SystemAddress.debugExceptionMonitor,
            during: .reset)
    }

    /// Resets the system (SYSRESETREQ) and stops this core before its first instruction.
    package func resetAndHalt(within limit: Duration = Core.resetLimit) throws(CoreError) {
        try catchReset()
        try requestSystemReset()
        try waitForReset(within: limit)
        try waitForCatch(within: limit)
        try write(0x1F, SystemAddress.debugFaultStatus, during: .reset)
        try catchNothing()
        isInterrupted = false
    }

    /// Resets the system and lets this core run as if no debugger were there.
    package func resetAndRun(within limit: Duration = Core.resetLimit) throws(CoreError) {
        try catchNothing()
        try requestSystemReset()
        try waitForReset(within: limit)
        try detach()
        isInterrupted = false
    }

    private func requestSystemReset() throws(CoreError) {
        _ = try status()
        resetWasSeen = false
        var request = RegisterValue<ApplicationInterruptReset>()
        request.key = 0x05FA
        request.systemResetRequest = true
        do {
            try memory.writeWord(request.rawValue, at: SystemAddress.applicationInterruptReset)
        } catch {
            // The reset may cut off its own acknowledge; whether it happened is seen in DHCSR.
            if case .probe = error { throw .access(error, core: name, during: .reset) }
            trace(.debug, "reset request not acknowledged", ["error": error.code])
        }
    }

    /// Waits until DHCSR can be read and says that there was a reset.
    func waitForReset(within limit: Duration) throws(CoreError) {
        let poll = AdaptivePoll(within: limit, on: timebase)
        var last: CoreError?
        while !resetWasSeen {
            do {
                _ = try status()
                last = nil
            } catch {
                // Expected until the debug port is back.
                last = error
                try reconnect(poll)
            }
            if resetWasSeen { return }
            if poll.hasPassed { throw last ?? .resetNotSeen(core: name, after: limit) }
            poll.pause()
        }
    }

    private func reconnect(_ poll: AdaptivePoll) throws(CoreError) {
        do { try memory.port.reconnect(within: .milliseconds(10)) } catch {
            if poll.hasPassed { throw .access(error, core: name, during: .reset) }
        }
    }

    private func waitForCatch(within limit: Duration) throws(CoreError) {
        var status = RegisterValue<DebugHaltingControl>()
        let isHalted = try timebase.poll(within: limit) { () throws(CoreError) in
            status = try self.status()
            return status.isHalted
        }
        guard !isHalted else { return }
        // Some parts run their boot code first; stopping late is better than not at all.
        trace(.warning, "core not caught at its reset vector", ["core": name, "status": "\(status)"])
        try halt()
    }
}
