// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// What an application left in a halted core.
package struct CoreFindings: Hashable, Sendable {
    package var pc: UInt32
    package var programStatus: RegisterValue<ProgramStatus>
    package var special: RegisterValue<SpecialRegisters>
    package var vectorTable: UInt32
    package var configuration: RegisterValue<ConfigurationControl>
    package var mpu: RegisterValue<MemoryProtectionControl>
    package var sysTick: RegisterValue<SysTickControl>
    package var interruptControl: RegisterValue<InterruptControl>
    /// Interrupt numbers, ascending.
    package var enabledInterrupts: [Int]
    package var pendingInterrupts: [Int]
}

extension CoreFindings {
    /// What differs from a core fresh out of reset, one phrase each.
    package var lines: [String] {
        var lines: [String] = []
        if programStatus.exception != 0 {
            lines.append("it was in \(ExceptionNumber(rawValue: programStatus.exception))")
        }
        if configuration.dataCache { lines.append("the data cache was on") }
        if configuration.instructionCache { lines.append("the instruction cache was on") }
        if mpu.enable { lines.append("the MPU was on") }
        if special.usesProcessStack { lines.append("the process stack was in use") }
        if special.isUnprivileged { lines.append("it ran unprivileged") }
        if special.priorityMask || special.faultMask || special.basePriority != 0 {
            lines.append("interrupts were masked")
        }
        if sysTick.enable { lines.append("SysTick was running") }
        if !enabledInterrupts.isEmpty { lines.append("interrupts enabled: \(enabledInterrupts.count)") }
        if !pendingInterrupts.isEmpty || interruptControl.sysTickPending || interruptControl.pendSVPending {
            let names =
                pendingInterrupts.map(String.init) + (interruptControl.sysTickPending ? ["SysTick"] : [])
                + (interruptControl.pendSVPending ? ["PendSV"] : [])
            lines.append("interrupts were pending: \(names.joined(separator: ", "))")
        }
        return lines
    }
}
