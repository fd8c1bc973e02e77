// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugAccess
package import Essentials

/// One Cortex-M core behind its AP (STUB signatures).
package final class Core {
    package let memory: MemoryAccessPort
    package let timebase: any Timebase
    package let trace: Trace

    package init(memory: MemoryAccessPort, timebase: any Timebase, trace: Trace) {
        (self.memory, self.timebase, self.trace) = (memory, timebase, trace)
    }
    package func halt(within limit: Duration) throws(CoreError) { throw .stub }
    package func run() throws(CoreError) { throw .stub }
    package func readRegister(_ register: CoreRegister) throws(CoreError) -> UInt32 { throw .stub }
    package func writeRegister(_ register: CoreRegister, _ value: UInt32) throws(CoreError) { throw .stub }
    /// Calls a function that is already in RAM and waits until it comes back; the core is halted afterwards.
    package func call(_ function: FunctionCall) throws(CoreError) -> FunctionResult { throw .stub }
}

/// A DCRSR selector (ARMv7-M ARM, C1.6.3).
package struct CoreRegister: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let sp = CoreRegister(rawValue: 13), lr = CoreRegister(rawValue: 14), pc = CoreRegister(rawValue: 15)
    package static let xpsr = CoreRegister(rawValue: 16), msp = CoreRegister(rawValue: 17), psp = CoreRegister(rawValue: 18)
    package static func general(_ number: UInt8) -> CoreRegister { CoreRegister(rawValue: number) }
}

/// A call into code in target RAM under the AAPCS.
package struct FunctionCall {
    package var name: String
    /// Address of the function; the Thumb bit does not matter.
    package var entry: UInt32
    /// At most four.
    package var arguments: [UInt32]
    /// Lowest address of the stack and its size in bytes. Filled with a canary pattern by `prepareStack`.
    package var stack: Range<UInt32>
    /// Where a BKPT waits for the return.
    package var returnTrap: UInt32
    /// R9, for position-independent data (.FLM).
    package var staticBase: UInt32? = nil
    package var deadline: Duration
    /// Polled while the function runs; true stops it with `CoreError.cancelled`.
    package var isCancelled: () -> Bool = { false }
    /// Called between polls with the time spent so far.
    package var whileRunning: (Duration) -> Void = { _ in }

    package init(name: String, entry: UInt32, arguments: [UInt32], stack: Range<UInt32>, returnTrap: UInt32, deadline: Duration) {
        (self.name, self.entry, self.arguments) = (name, entry, arguments)
        (self.stack, self.returnTrap, self.deadline) = (stack, returnTrap, deadline)
    }
}

package struct FunctionResult: Sendable {
    package var r0: UInt32, r1: UInt32
    package var duration: Duration
    package init(r0: UInt32, r1: UInt32, duration: Duration) { (self.r0, self.r1, self.duration) = (r0, r1, duration) }
}

package enum CoreError: Error { case stub }
extension CoreError: Diagnosable {
    package var code: String { "COR-000" }
    package var summary: String { "stub" }
}
