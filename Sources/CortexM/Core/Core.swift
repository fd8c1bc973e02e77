// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugAccess
package import Essentials

/// One Cortex-M core behind its AP.
///
/// Everything that reads DHCSR goes through ``status()``: the read clears the sticky bits, so there is one reader.
package final class Core {
    /// For messages: `M7`.
    package let name: String
    package let memory: MemoryAccessPort
    package let timebase: any Timebase
    package let trace: Trace

    /// Set by ``identify()``.
    package internal(set) var identification: RegisterValue<ProcessorIdentification>?
    /// A reset was seen since this was last set to false.
    package var resetWasSeen = false
    /// Called while a function runs, at each poll: feeds a watchdog that cannot be stopped.
    package var keepAlive: (() throws(DebugAccessError) -> Void)?

    /// The call site that is in place; nil when there is none or something may have damaged it.
    var preparedSite: CallSite?
    /// A function was stopped in the middle: the core must be made clean before the next one.
    var isInterrupted = false
    /// Whether functions find the floating-point unit switched on; see ``allowFloatingPoint(_:)``.
    var allowsFloatingPoint = true
    /// What the comparators held before they were first cleared.
    var debugUnitsFound: DebugUnits?
    /// The watched ranges and the numbers of their comparators.
    var watches: [(index: Int, range: WatchedRange)] = []

    package static let haltLimit: Duration = .milliseconds(500)

    package init(name: String = "core", memory: MemoryAccessPort, timebase: any Timebase, trace: Trace) {
        (self.name, self.memory, self.timebase, self.trace) = (name, memory, timebase, trace)
    }

    /// Reads CPUID.
    @discardableResult
    package func identify() throws(CoreError) -> RegisterValue<ProcessorIdentification> {
        let value = RegisterValue<ProcessorIdentification>(
            rawValue: try read(SystemAddress.cpuid, during: .identify))
        guard value.implementer == 0x41, value.architecture == 0xF else {
            throw .notACortexM(core: name, cpuid: value.rawValue)
        }
        identification = value
        return value
    }

    /// DHCSR.
    ///
    /// A reset that it reports is kept in ``resetWasSeen``.
    package func status() throws(CoreError) -> RegisterValue<DebugHaltingControl> {
        note(try read(SystemAddress.debugHaltingControl, during: .status))
    }

    @discardableResult
    func note(_ raw: UInt32) -> RegisterValue<DebugHaltingControl> {
        let value = RegisterValue<DebugHaltingControl>(rawValue: raw)
        if value.wasReset { resetWasSeen = true }
        return value
    }

    /// Stops the core.
    ///
    /// Works when it is already halted, asleep or locked up.
    package func halt(within limit: Duration = Core.haltLimit) throws(CoreError) {
        let request = RegisterValue<DebugHaltingControl>.request(halt: true)
        var status = RegisterValue<DebugHaltingControl>()
        try control(request, during: .halt)
        let isHalted = try timebase.poll(within: limit) { () throws(CoreError) in
            status = try self.status()
            // A reset between request and answer may have dropped the request.
            if !status.isHalted, status.wasReset { try control(request, during: .halt) }
            return status.isHalted
        }
        guard isHalted else { throw .haltTimedOut(core: name, status, after: limit) }
    }

    /// Lets the core run under debug control.
    package func run() throws(CoreError) {
        try write(0x1F, SystemAddress.debugFaultStatus, during: .run)
        try control(.request(), during: .run)
    }

    /// Lets the core run as if no debugger were there.
    package func detach() throws(CoreError) {
        try write(0, SystemAddress.debugExceptionMonitor, during: .run)
        try control(.request(), during: .run)
        try control(.request(debugEnable: false), during: .run)
    }

    /// Executes one instruction; `masksInterrupts` keeps a pending interrupt from being what is stepped into.
    package func step(masksInterrupts: Bool = true, within limit: Duration = Core.haltLimit) throws(CoreError)
    {
        try requireHalted(.step)
        try write(0x1F, SystemAddress.debugFaultStatus, during: .step)
        // C_MASKINTS may change only while C_HALT stays 1 (ARMv7-M ARM §C1.6.2).
        if masksInterrupts { try control(.request(halt: true, masksInterrupts: true), during: .step) }
        try control(.request(step: true, masksInterrupts: masksInterrupts), during: .step)
        var status = RegisterValue<DebugHaltingControl>()
        let isHalted = try timebase.poll(within: limit) { () throws(CoreError) in
            status = try self.status()
            return status.isHalted
        }
        guard isHalted else { throw .haltTimedOut(core: name, status, after: limit) }
        if masksInterrupts { try control(.request(halt: true), during: .step) }
    }

    /// Reads DHCSR, and throws when the core runs.
    package func requireHalted(_ step: CoreStep) throws(CoreError) {
        let status = try status()
        guard status.isHalted else { throw .notHalted(core: name, status, during: step) }
    }
}

extension Core {
    func control(_ value: RegisterValue<DebugHaltingControl>, during step: CoreStep) throws(CoreError) {
        try write(value.rawValue, SystemAddress.debugHaltingControl, during: step)
    }
    func read(_ address: UInt32, during step: CoreStep) throws(CoreError) -> UInt32 {
        try access(step) { () throws(DebugAccessError) in try memory.readWord(at: address) }
    }
    func write(_ value: UInt32, _ address: UInt32, during step: CoreStep) throws(CoreError) {
        try access(step) { () throws(DebugAccessError) in try memory.writeWord(value, at: address) }
    }
    func access<Result>(
        _ step: CoreStep, _ body: () throws(DebugAccessError) -> Result
    ) throws(CoreError) -> Result {
        do { return try body() } catch { throw .access(error, core: name, during: step) }
    }
}
