// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

extension Core {
    /// NVIC words that exist on the widest v7-M part this tool knows (256 interrupts); others read zero.
    private static let interruptWords = 8

    /// Looks at the halted core without changing it.
    package func inspect() throws(CoreError) -> CoreFindings {
        let registers = try readRegisters([.pc, .xpsr, .special])
        let words = try access(.inspect) { () throws(DebugAccessError) in
            // CPUID, ICSR, VTOR, AIRCR, SCR, CCR
            try memory.readWords(6, at: SystemAddress.cpuid)
        }
        let enabled = try access(.inspect) { () throws(DebugAccessError) in
            try memory.readWords(Self.interruptWords, at: SystemAddress.interruptSetEnable)
        }
        let pending = try access(.inspect) { () throws(DebugAccessError) in
            try memory.readWords(Self.interruptWords, at: SystemAddress.interruptSetPending)
        }
        return CoreFindings(
            pc: registers[0], programStatus: RegisterValue(rawValue: registers[1]),
            special: RegisterValue(rawValue: registers[2]), vectorTable: words[2],
            configuration: RegisterValue(rawValue: words[5]),
            mpu: RegisterValue(rawValue: try read(SystemAddress.mpuControl, during: .inspect)),
            sysTick: RegisterValue(rawValue: try read(SystemAddress.sysTickControl, during: .inspect)),
            interruptControl: RegisterValue(rawValue: words[1]),
            enabledInterrupts: Self.setBits(of: enabled), pendingInterrupts: Self.setBits(of: pending))
    }

    /// Brings the halted core into the state a third-party function may be called in.
    ///
    /// Afterwards: privileged thread on the main stack, no exception active or pending, interrupts disabled and masked,
    /// SysTick, MPU and caches off with dirty lines written back, FPU allowed, no traps on unaligned accesses, no
    /// breakpoints or watchpoints, fault status empty.
    package func cleanForCalls() throws(CoreError) {
        try requireHalted(.clean)
        try silenceInterrupts()
        try switchCachesOff()
        try writeAll(
            .clean,
            [
                (SystemAddress.mpuControl, 0),
                // No sleep on exception return or in WFI deeper than Sleep.
                (SystemAddress.systemControl, 0),
            ])
        try clearDebugUnits()
        try switchFloatingPoint()
        try access(.clean) { () throws(DebugAccessError) in
            try memory.writeWords([.max, .max, .max], at: SystemAddress.configurableFaultStatus)
        }
        var thumb = RegisterValue<ProgramStatus>()
        thumb.thumb = true
        try writeRegisters([
            (.special, RegisterValue<SpecialRegisters>.forCalls.rawValue), (.xpsr, thumb.rawValue),
        ])
        try catchNothing()
        isInterrupted = false
    }

    private func silenceInterrupts() throws(CoreError) {
        var pending = RegisterValue<InterruptControl>()
        (pending.clearSysTick, pending.clearPendSV) = (true, true)
        var active = RegisterValue<ApplicationInterruptReset>()
        (active.key, active.clearActive) = (0x05FA, true)
        let all = [UInt32](repeating: .max, count: Self.interruptWords)
        try access(.clean) { () throws(DebugAccessError) in
            try memory.writeWord(0, at: SystemAddress.sysTickControl)
            try memory.writeWords(all, at: SystemAddress.interruptClearEnable)
            try memory.writeWords(all, at: SystemAddress.interruptClearPending)
            try memory.writeWord(pending.rawValue, at: SystemAddress.interruptControl)
            // Handler mode: the exception will never return, so nobody else clears its active bit.
            try memory.writeWord(active.rawValue, at: SystemAddress.applicationInterruptReset)
            // Pending configurable faults, and the enables that would keep them from becoming a HardFault we catch.
            try memory.writeWord(0, at: SystemAddress.systemHandlerControl)
        }
    }

    /// Has functions find the floating-point unit on, or off as it is after a reset (CPACR, ARMv7-M ARM §B3.2.20).
    ///
    /// Lasts beyond ``cleanForCalls()``, after which it is on until this is called.
    package func allowFloatingPoint(_ isAllowed: Bool) throws(CoreError) {
        allowsFloatingPoint = isAllowed
        try switchFloatingPoint()
    }

    private func switchFloatingPoint() throws(CoreError) {
        var coprocessors = RegisterValue<CoprocessorAccess>(
            rawValue: try read(SystemAddress.coprocessorAccess, during: .clean))
        coprocessors.floatingPoint = allowsFloatingPoint ? 0xF : 0
        var context = RegisterValue<FloatingPointContext>(
            rawValue: try read(SystemAddress.floatingPointContextControl, during: .clean))
        context.lazySaveActive = false
        try writeAll(
            .clean,
            [
                (SystemAddress.coprocessorAccess, coprocessors.rawValue),
                (SystemAddress.floatingPointContextControl, context.rawValue),
            ])
    }

    func writeAll(_ step: CoreStep, _ values: [(address: UInt32, value: UInt32)]) throws(CoreError) {
        for item in values { try write(item.value, item.address, during: step) }
    }

    private static func setBits(of words: [UInt32]) -> [Int] {
        words.enumerated().flatMap { index, word in
            (0..<32).filter { word >> UInt32($0) & 1 == 1 }.map { index * 32 + $0 }
        }
    }
}
