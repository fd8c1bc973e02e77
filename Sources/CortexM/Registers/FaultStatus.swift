// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// CFSR: UFSR, BFSR and MMFSR in one word (ARMv7-M ARM §B3.2.15).
package enum ConfigurableFaultStatus: Register {
    package static let name = "CFSR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let divideByZero = Field<Bool, ReadWrite>(25)
        package let unaligned = Field<Bool, ReadWrite>(24)
        package let noCoprocessor = Field<Bool, ReadWrite>(19)
        package let invalidProgramCounter = Field<Bool, ReadWrite>(18)
        package let invalidState = Field<Bool, ReadWrite>(17)
        package let undefinedInstruction = Field<Bool, ReadWrite>(16)
        package let busFaultAddressValid = Field<Bool, ReadWrite>(15)
        package let busLazyStacking = Field<Bool, ReadWrite>(13)
        package let busStacking = Field<Bool, ReadWrite>(12)
        package let busUnstacking = Field<Bool, ReadWrite>(11)
        package let impreciseBus = Field<Bool, ReadWrite>(10)
        package let preciseBus = Field<Bool, ReadWrite>(9)
        package let instructionBus = Field<Bool, ReadWrite>(8)
        package let memoryFaultAddressValid = Field<Bool, ReadWrite>(7)
        package let memoryLazyStacking = Field<Bool, ReadWrite>(5)
        package let memoryStacking = Field<Bool, ReadWrite>(4)
        package let memoryUnstacking = Field<Bool, ReadWrite>(3)
        package let dataAccessViolation = Field<Bool, ReadWrite>(1)
        package let instructionAccessViolation = Field<Bool, ReadWrite>(0)
    }
}

/// HFSR (ARMv7-M ARM §B3.2.16).
package enum HardFaultStatus: Register {
    package static let name = "HFSR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let debugEvent = Field<Bool, ReadWrite>(31)
        /// Escalated from a configurable fault that could not be taken.
        package let forced = Field<Bool, ReadWrite>(30)
        package let vectorTableRead = Field<Bool, ReadWrite>(1)
    }
}
