// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// DHCSR, debug halting control and status (ARMv7-M ARM §C1.6.2).
package enum DebugHaltingControl: Register {
    package static let name = "DHCSR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        /// Writes without 0xA05F here are ignored; reads give the status bits below.
        package let key = Field<UInt16, ReadWrite>(16...31)
        /// Reset since the last read.
        ///
        /// Reading clears it.
        package let wasReset = Field<Bool, ReadOnly>(25)
        package let hasRetired = Field<Bool, ReadOnly>(24)
        package let isLockedUp = Field<Bool, ReadOnly>(19)
        package let isAsleep = Field<Bool, ReadOnly>(18)
        package let isHalted = Field<Bool, ReadOnly>(17)
        package let isRegisterReady = Field<Bool, ReadOnly>(16)
        package let masksInterrupts = Field<Bool, ReadWrite>(3)
        package let step = Field<Bool, ReadWrite>(2)
        package let halt = Field<Bool, ReadWrite>(1)
        package let debugEnable = Field<Bool, ReadWrite>(0)
    }
}

extension RegisterValue<DebugHaltingControl> {
    /// A value to write: the key and the control bits.
    static func request(
        halt: Bool = false, step: Bool = false, masksInterrupts: Bool = false, debugEnable: Bool = true
    ) -> Self {
        var value = Self()
        value.key = 0xA05F
        (value.halt, value.step) = (halt, step)
        (value.masksInterrupts, value.debugEnable) = (masksInterrupts, debugEnable)
        return value
    }
}

/// DCRSR, core register selector (ARMv7-M ARM §C1.6.3).
enum CoreRegisterSelector: Register {
    static let name = "DCRSR"
    static let fields = Fields()
    struct Fields: Sendable {
        let isWrite = Field<Bool, ReadWrite>(16)
        let register = Field<UInt8, ReadWrite>(0...6)
    }
}

/// DEMCR, debug exception and monitor control (ARMv7-M ARM §C1.6.5).
package enum DebugExceptionMonitor: Register {
    package static let name = "DEMCR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        /// DWT and ITM on.
        ///
        /// Loaders that time themselves with CYCCNT rely on it.
        package let traceEnable = Field<Bool, ReadWrite>(24)
        package let monitorEnable = Field<Bool, ReadWrite>(16)
        package let catchHardFault = Field<Bool, ReadWrite>(10)
        package let catchExceptionEntry = Field<Bool, ReadWrite>(9)
        package let catchBusFault = Field<Bool, ReadWrite>(8)
        package let catchUsageState = Field<Bool, ReadWrite>(7)
        package let catchUsageCheck = Field<Bool, ReadWrite>(6)
        package let catchNoCoprocessor = Field<Bool, ReadWrite>(5)
        package let catchMemoryFault = Field<Bool, ReadWrite>(4)
        package let catchReset = Field<Bool, ReadWrite>(0)
    }
}

extension RegisterValue<DebugExceptionMonitor> {
    /// Trace on, nothing caught.
    static var tracing: Self {
        var value = Self()
        value.traceEnable = true
        return value
    }
    /// Every fault and a reset stop the core before any handler runs.
    static var catchingEverything: Self {
        var value = tracing
        (value.catchHardFault, value.catchExceptionEntry, value.catchBusFault) = (true, true, true)
        (value.catchUsageState, value.catchUsageCheck, value.catchNoCoprocessor) = (true, true, true)
        (value.catchMemoryFault, value.catchReset) = (true, true)
        return value
    }
    static var catchingReset: Self {
        var value = tracing
        value.catchReset = true
        return value
    }
}

/// DFSR, why the core halted; several bits may be set, each stays until 1 is written (ARMv7-M ARM §C1.6.1).
package enum DebugFaultStatus: Register {
    package static let name = "DFSR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let external = Field<Bool, ReadWrite>(4)
        package let vectorCatch = Field<Bool, ReadWrite>(3)
        package let watchpoint = Field<Bool, ReadWrite>(2)
        package let breakpoint = Field<Bool, ReadWrite>(1)
        package let haltRequest = Field<Bool, ReadWrite>(0)
    }
}
