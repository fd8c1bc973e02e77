// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FaultCause {
    /// Half a sentence, the kind of fault first.
    package var text: String {
        switch self {
        case .undefinedInstruction(let code):
            "undefined instruction" + (code.map { " \($0.hex)" } ?? "")
        case .trap(let number): "a trap of its own (UDF \(number)): a check in its code failed"
        case .floatingPointOff: "floating-point instruction while the FPU is off (CPACR)"
        case .noCoprocessor(let number):
            "an instruction for coprocessor \(number), which the core does not have"
        case .supervisorCall(let number): "a supervisor call (SVC \(number)) that nobody takes"
        case .divideByZero: "division by zero, which it told the core to trap (CCR.DIV_0_TRP)"
        case .unaligned(let address):
            "unaligned access" + (address.map { " at \($0.hex)" } ?? "")
        case .armState(let address):
            "jump to \(address.hex) without the Thumb bit (bit 0)"
        case .nullCall: "call of a function pointer that is 0"
        case .invalidReturn(let link): "invalid return address or EXC_RETURN (LR \(link.hex))"
        case .outsideCode(let address, let memory):
            "it ran into \(address.hex), where it has no code but \(Self.name(memory))"
        case .notExecutable(let address):
            "jump to \(address.hex), from where nothing can be executed"
        case .fetch(let address): "bus error fetching an instruction at \(address.hex)"
        default: dataText
        }
    }

    private var dataText: String {
        switch self {
        case .noMemory(let address, let isStore):
            "bus error of a data access at \(address.hex): a \(Self.name(isStore)) where nothing is"
        case .unsetPointer(let address, let isStore):
            "a \(Self.name(isStore)) through a pointer that was never set (\(address.hex))"
        case .unclockedMemory(let address, let name):
            "bus error of a data access at \(address.hex): \(name) has no clock"
        case .noPeripheral(let address):
            "bus error of a data access at \(address.hex): no peripheral is there"
        case .externalMemory(let address):
            "bus error of a data access at \(address.hex): memory of the FMC, which is not set up"
        case .flashNotMapped(let address, let mode):
            "bus error of a data access at \(address.hex): the flash is not memory-mapped (\(mode ?? "the QUADSPI has no clock"))"
        case .flashIsReadOnly(let address):
            "bus error of a data access at \(address.hex): a store into the mapped flash, which can only be read"
        case .beyondMappedFlash(let address):
            "bus error of a data access at \(address.hex): the flash is mapped, and does not reach there"
        case .earlierStore:
            "bus error of a store some instructions earlier (imprecise): its address is not recorded"
        case .protectedMemory(let address): "MPU violation of a data access at \(address.hex)"
        case .stacking(let pointer), .stackOverflow(let pointer):
            "its stack pointer was at \(pointer.hex), where nothing can be stored"
        case .vectorTable: "the vector table could not be read"
        case .lockedUp(let cause):
            "a fault within the handling of a fault, or with FAULTMASK set"
                + (cause.map { ": \($0.text)" } ?? "")
        case .other(let text): text
        default: ""
        }
    }

    private static func name(_ isStore: Bool) -> String { isStore ? "store" : "load" }
    private static func name(_ memory: Memory) -> String {
        switch memory {
        case .erased: "erased memory (all ones)"
        case .zeros: "zeros"
        case .unusedStack: "unused stack"
        case .data: "data"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .undefinedInstruction, .noCoprocessor: "build for the target's core (-mcpu=cortex-m7 -mthumb)"
        case .trap:
            "look at the check on that line (assert, __builtin_trap, a sanitizer), and return failure instead"
        case .floatingPointOff:
            "enable the FPU first in Init (SCB->CPACR |= 0xF << 20, then DSB and ISB), or build with -mfloat-abi=soft"
        case .supervisorCall: "call functions directly: there is no operating system under a loader"
        case .divideByZero:
            "check the divisor: a clock or size computed from a register without a clock is 0; or leave DIV_0_TRP clear"
        case .unaligned:
            "copy with memcpy or by bytes: LDRD, LDM and exclusive accesses need multiples of 4, all do with UNALIGN_TRP"
        case .armState:
            "take the function's address from its symbol, or set bit 0 of an address that is a number"
        case .nullCall:
            "look for a pointer that is not set: a weak function that is not linked, or a table that start-up code would fill"
        case .invalidReturn:
            "look for an array on the stack that is written beyond its end, over the return address"
        case .outsideCode, .notExecutable, .fetch:
            "look for a wrong function pointer, or an array on the stack that is written over the return address"
        default: dataRemedy
        }
    }

    private var dataRemedy: String {
        switch self {
        case .noMemory, .noPeripheral:
            "correct the address: it may be that of another part, or a pointer that was never set"
        case .unsetPointer:
            "set the pointer before it is used: no start-up code runs for a loader"
        case .unclockedMemory:
            "switch its clock on in Init (RCC_AHB2ENR for SRAM1 to SRAM3), or link everything to AXI SRAM"
        case .externalMemory: "set the FMC up in Init, or leave external RAM out of the loader"
        case .flashNotMapped:
            "enter memory-mapped mode first (CCR.FMODE 3), or read through QUADSPI_DR in indirect mode"
        case .flashIsReadOnly:
            "program through commands in indirect mode (write enable, page program), never by stores"
        case .beyondMappedFlash:
            "correct FSIZE in QUADSPI_DCR: bytes of the flash are 2 to the power of FSIZE + 1"
        case .earlierStore:
            "look at the stores before that place; set ACTLR.DISDEFWBUF, or add a DSB after each, to find the one"
        case .protectedMemory: "leave the MPU off in the loader, or give that memory a region"
        case .stacking:
            "leave SP as it is given, and look for code that loads it (MSP, a vector table of an application)"
        case .stackOverflow: "make its large local arrays static, so that they are not on the stack"
        case .vectorTable: "leave VTOR alone: a loader polls"
        case .lockedUp(let cause): cause?.remedy ?? "mend the first fault, and do not set FAULTMASK (cpsid f)"
        case .other: "look at the registers and at that line: a wrong pointer is the usual cause"
        default: "look at that line"
        }
    }
}
