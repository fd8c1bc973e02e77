// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Program status, APSR, IPSR and EPSR in one word (ARMv7-M ARM §B1.4.2).
package enum ProgramStatus: Register {
    package static let name = "xPSR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        /// Clear means Arm state, which the core does not have: the next instruction faults.
        package let thumb = Field<Bool, ReadWrite>(24)
        package let exception = Field<UInt16, ReadWrite>(0...8)
    }
}

/// CONTROL, FAULTMASK, BASEPRI and PRIMASK as DCRSR selector 20 packs them (ARMv7-M ARM §C1.6.3).
package enum SpecialRegisters: Register {
    package static let name = "CONTROL/FAULTMASK/BASEPRI/PRIMASK"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let floatingPointActive = Field<Bool, ReadWrite>(26)
        package let usesProcessStack = Field<Bool, ReadWrite>(25)
        package let isUnprivileged = Field<Bool, ReadWrite>(24)
        package let faultMask = Field<Bool, ReadWrite>(16)
        package let basePriority = Field<UInt8, ReadWrite>(8...15)
        package let priorityMask = Field<Bool, ReadWrite>(0)
    }
}

extension RegisterValue<SpecialRegisters> {
    /// Privileged thread on the main stack with interrupts masked.
    static var forCalls: Self {
        var value = Self()
        value.priorityMask = true
        return value
    }
}

/// An exception by its number (ARMv7-M ARM table B1-4).
package struct ExceptionNumber: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package var description: String {
        switch rawValue {
        case 0: "thread mode"
        case 1: "Reset"
        case 2: "NMI"
        case 3: "HardFault"
        case 4: "MemManage"
        case 5: "BusFault"
        case 6: "UsageFault"
        case 11: "SVCall"
        case 12: "DebugMonitor"
        case 14: "PendSV"
        case 15: "SysTick"
        case 16...: "interrupt \(rawValue - 16)"
        default: "exception \(rawValue)"
        }
    }
}
