// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// The fault registers and the frame the fault left, in words.
package struct FaultReport: Hashable, Sendable {
    /// What exception entry pushed (ARMv7-M ARM §B1.5.6).
    package struct Frame: Hashable, Sendable {
        package var r0: UInt32, r1: UInt32, r2: UInt32, r3: UInt32, r12: UInt32
        package var lr: UInt32
        /// The instruction that faulted, or the one after an imprecise error.
        package var pc: UInt32
        package var xpsr: UInt32
    }

    package var configurable: RegisterValue<ConfigurableFaultStatus>
    package var hard: RegisterValue<HardFaultStatus>
    package var debug: RegisterValue<DebugFaultStatus>
    /// MMFAR and BFAR where CFSR says that they are valid.
    package var memoryAddress: UInt32?
    package var busAddress: UInt32?
    package var exception: ExceptionNumber
    /// R0 to R12 as they are now: R4 to R11 are still those of the fault where its handler was caught at its entry.
    package var general: [UInt32] = []
    /// Nil when the stack cannot be read or no exception was entered.
    package var frame: Frame?

    /// R0 to R12 at the fault, as far as they are known.
    package var generalAtFault: [UInt32] {
        guard let frame, general.count == 13 else { return general }
        return [frame.r0, frame.r1, frame.r2, frame.r3] + general[4..<12] + [frame.r12]
    }

    /// Whether any fault is recorded.
    package var isFault: Bool { configurable.rawValue != 0 || hard.rawValue & ~(1 << 31) != 0 }
}

extension FaultReport {
    private typealias Flag = KeyPath<ConfigurableFaultStatus.Fields, Field<Bool, ReadWrite>>
    private static var meanings: [(Flag, String)] {
        [
            (\.divideByZero, "division by zero"),
            (\.unaligned, "unaligned access"),
            (\.noCoprocessor, "floating-point instruction while the FPU is off"),
            (\.invalidProgramCounter, "invalid EXC_RETURN or return address"),
            (\.invalidState, "jump to an address without the Thumb bit"),
            (\.undefinedInstruction, "undefined instruction"),
            (\.busLazyStacking, "bus error saving the FPU's registers"),
            (\.busStacking, "bus error stacking for an exception"),
            (\.busUnstacking, "bus error unstacking from an exception"),
            (\.impreciseBus, "bus error of an earlier store"),
            (\.preciseBus, "bus error of a data access"),
            (\.instructionBus, "bus error fetching an instruction"),
            (\.memoryLazyStacking, "MPU violation saving the FPU's registers"),
            (\.memoryStacking, "MPU violation stacking for an exception"),
            (\.memoryUnstacking, "MPU violation unstacking from an exception"),
            (\.dataAccessViolation, "MPU violation of a data access"),
            (\.instructionAccessViolation, "execution from a region that forbids it"),
        ]
    }

    /// One sentence a line, the most telling first.
    package var lines: [String] {
        var lines: [String] = []
        for (field, meaning) in Self.meanings where configurable[dynamicMember: field] {
            var line = meaning
            if field == \.preciseBus, let busAddress {
                line += " at \(busAddress.hex)"
            }
            if field == \.dataAccessViolation, let memoryAddress { line += " at \(memoryAddress.hex)" }
            lines.append(line)
        }
        if hard.vectorTableRead { lines.append("the vector table could not be read") }
        if hard.debugEvent { lines.append("a breakpoint instruction while debug was off") }
        if exception.rawValue != 0 { lines.append("the core is in \(exception)") }
        if let frame {
            lines.append("it came from \(frame.pc.hex), called from about \((frame.lr & ~1).hex)")
        }
        return lines
    }
}
