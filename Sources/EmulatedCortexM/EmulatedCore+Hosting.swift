// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension EmulatedCore {
    // MARK: Memory

    /// Gives the core direct access to `count` bytes at `memory` (not freed, must outlive the core).
    ///
    /// Windows do not overlap. Code is fetched through them too; code changed behind the core's back is seen
    /// at once (on an M7 whose instruction cache is off). `waitStates` are charged for data accesses.
    package func addWindow(
        at base: UInt32, memory: UnsafeMutableRawPointer, count: Int, isWritable: Bool, waitStates: UInt32 = 0
    ) {
        let window = MemoryWindow(
            base: base, count: UInt32(clamping: count), memory: memory, isWritable: isWritable,
            waitStates: UInt64(waitStates))
        precondition(
            UInt64(base) + UInt64(window.count) <= 0xE000_0000, "window over the private peripherals")
        windows.add(window)
        forgetCodeSpan()
    }
    package func removeWindow(at base: UInt32) {
        windows.remove(at: base)
        forgetCodeSpan()
    }

    // MARK: Time

    /// Passes `count` clocks without executing (SysTick and CYCCNT move as the state demands).
    ///
    /// Pass no more than ``clocksToInternalEvent`` at once, or an interrupt is taken late.
    package func skip(_ count: UInt64) {
        cycles &+= count
        if debug.isHalted || isHeldInReset {
            timer.freeze(count)
            watchpoints.freeze(count)
        }
        settleTimer()
    }
    /// Adds wait clocks from inside a bus access (a stalled FIFO, a poll carried forward).
    ///
    /// SysTick and CYCCNT move.
    package func stall(_ count: UInt64) { cycles &+= count }
    /// Ends the current ``run(for:)`` after the instruction being executed.
    package func requestStop() {
        isStopRequested = true
        attend()
    }
    /// Clocks until the core itself has an event (SysTick reaching zero with its interrupt on); nil if none.
    package var clocksToInternalEvent: UInt64? {
        guard timerClock != .max, !debug.isHalted, !isHeldInReset else { return nil }
        return timerClock > cycles ? timerClock &- cycles : 0
    }

    /// A digest of R0...R14, to see from inside a bus access whether a loop changes anything.
    package var registerDigest: UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<15 { digest = (digest ^ UInt64(r[index])) &* 0x100_0000_01B3 }
        return digest
    }

    // MARK: Signals

    /// Sets the level of an external interrupt line (0-based IRQ number); lines above 239 do not exist.
    package func setInterrupt(_ line: Int, asserted: Bool) {
        guard (0..<240).contains(line) else { return }
        let wasPending = nvic.pending[ExceptionNumber.firstInterrupt + line]
        nvic.setLine(ExceptionNumber.firstInterrupt + line, asserted: asserted)
        if asserted, !wasPending { notePending(ExceptionNumber.firstInterrupt + line) }
    }
    /// Pulses the NMI input, which nothing on the bench drives but tests of the core.
    package func pulseNonMaskableInterrupt() {
        nvic.pending[ExceptionNumber.nonMaskable] = true
        notePending(ExceptionNumber.nonMaskable)
    }
    /// Whether the core would run if it were given clocks: neither held, halted, locked up nor asleep without a reason to
    /// wake.
    package var isRunnable: Bool {
        !isHeldInReset && !debug.isHalted && !isInLockup && (sleep == .awake || hasWakeUpEvent)
    }
    /// SCR.SLEEPDEEP: the sleep is a Stop or Standby request.
    package var isDeepSleep: Bool { sleep != .awake && scb.sleepControl & 4 != 0 }
}
