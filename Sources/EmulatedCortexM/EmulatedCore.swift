// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Which core is emulated.
package enum CoreModel: Sendable {
    /// r1p1 with double-precision FPU, FPB v2 with 8 comparators, 16 MPU regions, 16 KiB caches (registers only).
    case cortexM7
    /// r0p1 with single-precision FPU, FPB v1 with 6 comparators, 8 MPU regions.
    case cortexM4
}

/// Why ``EmulatedCore/run(for:)`` returned.
package enum RunEnd: Sendable {
    /// The budget is used up.
    case budget
    /// The core is in debug state (breakpoint, halt request, step, vector catch).
    case halted
    /// WFI or WFE: nothing to do until an interrupt or a debug event.
    case sleeping
    case lockedUp
    /// ``EmulatedCore/requestStop()`` was called from the bus.
    case stopped
}

/// An ARMv7E-M core that executes machine code (STUB: replaced by the interpreter).
package final class EmulatedCore {
    package let model: CoreModel
    /// Core clocks since power-on, sleeping included.
    package private(set) var cycles: UInt64 = 0
    /// Instructions retired since power-on.
    package private(set) var instructions: UInt64 = 0
    package var isHalted: Bool { false }
    package var isSleeping: Bool { false }
    package var isLockedUp: Bool { false }
    /// Called when software or a debugger writes AIRCR.SYSRESETREQ; the machine resets what the request reaches.
    package var onSystemResetRequest: (() -> Void)?

    package init(_ model: CoreModel, bus: any CoreBus) { self.model = model }

    /// Gives the core direct access to `count` bytes at `memory` (not freed, must outlive the core).
    /// Windows do not overlap. Code is fetched through them too; code changed behind the core's back is seen at once.
    package func addWindow(
        at base: UInt32, memory: UnsafeMutableRawPointer, count: Int, isWritable: Bool, waitStates: UInt32 = 0
    ) {}
    package func removeWindow(at base: UInt32) {}

    /// Power-on: registers unknown, debug logic reset too, then as ``reset(vectorTable:)``.
    package func powerOnReset(vectorTable: UInt32) {}
    /// Local reset: debug registers (DHCSR.C_DEBUGEN, DEMCR, FPB) keep their values; honours VC_CORERESET and C_HALT;
    /// sets S_RESET_ST; loads MSP and PC from `vectorTable`.
    package func reset(vectorTable: UInt32) {}
    /// While true the core is held: no instruction runs; the debug registers still answer.
    package var isHeldInReset = false

    /// Runs until `budget` clocks are used or something stops the core. Time passes while it sleeps or is halted too
    /// (the machine accounts for it by ``skip(_:)``).
    package func run(for budget: UInt64) -> RunEnd { .halted }
    /// Passes `count` clocks without executing (SysTick and CYCCNT move as the state demands).
    package func skip(_ count: UInt64) {}
    /// Adds wait clocks from inside a bus access (a stalled FIFO, a poll carried forward). SysTick and CYCCNT move.
    package func stall(_ count: UInt64) {}
    /// Ends the current ``run(for:)`` after the instruction being executed.
    package func requestStop() {}
    /// Clocks until the core itself has an event (SysTick reaching zero with its interrupt on); nil if none.
    package var clocksToInternalEvent: UInt64? { nil }
    /// Sets the level of an external interrupt line (0-based IRQ number).
    package func setInterrupt(_ line: Int, asserted: Bool) {}

    /// Access of a debugger to the core's private peripheral bus 0xE0000000...0xE00FFFFF; nil is a bus fault.
    package func debugRead(_ address: UInt32, _ width: BusWidth) -> UInt32? { nil }
    package func debugWrite(_ address: UInt32, _ width: BusWidth, _ value: UInt32) -> Bool { false }
}
