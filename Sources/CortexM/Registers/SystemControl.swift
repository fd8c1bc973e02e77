// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// CPUID (ARMv7-M ARM §B3.2.3).
package enum ProcessorIdentification: Register {
    package static let name = "CPUID"
    package static let fields = Fields()

    package struct Fields: Sendable {
        /// 0x41 is Arm.
        package let implementer = Field<UInt8, ReadOnly>(24...31)
        /// `r` of the revision.
        package let variant = Field<UInt8, ReadOnly>(20...23)
        /// 0xF since ARMv7-M.
        package let architecture = Field<UInt8, ReadOnly>(16...19)
        package let part = Field<ProcessorPart, ReadOnly>(4...15)
        /// `p` of the revision.
        package let revision = Field<UInt8, ReadOnly>(0...3)
    }
}

/// The part number of CPUID.
package enum ProcessorPart: FieldValue, Hashable {
    case m3, m4, m7
    case other(UInt16)

    package init(fieldBits: UInt32) {
        self =
            switch fieldBits {
            case 0xC23: .m3
            case 0xC24: .m4
            case 0xC27: .m7
            default: .other(UInt16(truncatingIfNeeded: fieldBits))
            }
    }
    package var fieldBits: UInt32 {
        switch self {
        case .m3: 0xC23
        case .m4: 0xC24
        case .m7: 0xC27
        case .other(let bits): UInt32(bits)
        }
    }
}

/// ICSR, interrupt control and state (ARMv7-M ARM §B3.2.4).
package enum InterruptControl: Register {
    package static let name = "ICSR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let nmiPending = Field<Bool, ReadWrite>(31)
        package let pendSVPending = Field<Bool, ReadWrite>(28)
        package let clearPendSV = Field<Bool, ReadWrite>(27)
        package let sysTickPending = Field<Bool, ReadWrite>(26)
        package let clearSysTick = Field<Bool, ReadWrite>(25)
        package let interruptPending = Field<Bool, ReadOnly>(22)
        package let activeException = Field<UInt16, ReadOnly>(0...8)
    }
}

/// AIRCR, application interrupt and reset control (ARMv7-M ARM §B3.2.6).
package enum ApplicationInterruptReset: Register {
    package static let name = "AIRCR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        /// 0x05FA to write.
        package let key = Field<UInt16, ReadWrite>(16...31)
        package let priorityGroup = Field<UInt8, ReadWrite>(8...10)
        package let systemResetRequest = Field<Bool, ReadWrite>(2)
        /// Forgets every active exception; only while halted.
        package let clearActive = Field<Bool, ReadWrite>(1)
    }
}

/// CCR, configuration and control (ARMv7-M ARM §B3.2.8).
package enum ConfigurationControl: Register {
    package static let name = "CCR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let branchPrediction = Field<Bool, ReadWrite>(18)
        package let instructionCache = Field<Bool, ReadWrite>(17)
        package let dataCache = Field<Bool, ReadWrite>(16)
        package let alignsStack = Field<Bool, ReadWrite>(9)
        package let trapsDivisionByZero = Field<Bool, ReadWrite>(4)
        package let trapsUnaligned = Field<Bool, ReadWrite>(3)
    }
}

/// SYST_CSR (ARMv7-M ARM §B3.3.3).
package enum SysTickControl: Register {
    package static let name = "SYST_CSR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let interruptEnable = Field<Bool, ReadWrite>(1)
        package let enable = Field<Bool, ReadWrite>(0)
    }
}

/// MPU_CTRL (ARMv7-M ARM §B3.5.5).
package enum MemoryProtectionControl: Register {
    package static let name = "MPU_CTRL"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let privilegedDefault = Field<Bool, ReadWrite>(2)
        package let enable = Field<Bool, ReadWrite>(0)
    }
}

/// CPACR, coprocessor access control (ARMv7-M ARM §B3.2.20).
package enum CoprocessorAccess: Register {
    package static let name = "CPACR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        /// CP11 and CP10, two bits each: 0xF is full access to the FPU.
        package let floatingPoint = Field<UInt8, ReadWrite>(20...23)
    }
}

/// FPCCR, floating-point context control (ARMv7-M ARM §B3.2.21).
package enum FloatingPointContext: Register {
    package static let name = "FPCCR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let automaticSave = Field<Bool, ReadWrite>(31)
        package let lazySave = Field<Bool, ReadWrite>(30)
        /// A lazy save is outstanding: the next FP instruction would write to a stack frame that is gone.
        package let lazySaveActive = Field<Bool, ReadWrite>(0)
    }
}

/// CCSIDR, geometry of the cache that CSSELR selects (ARMv7-M ARM §B4.8.3).
package enum CacheSize: Register {
    package static let name = "CCSIDR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        /// Sets less one.
        package let sets = Field<UInt16, ReadOnly>(13...27)
        /// Ways less one.
        package let associativity = Field<UInt16, ReadOnly>(3...12)
        /// Log2 of the words in a line, less two.
        package let lineSize = Field<UInt8, ReadOnly>(0...2)
    }
}
