// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Choosing and entering exceptions (ARMv7-M ARM B1.5).
extension EmulatedCore {
    /// Something became pending: it may end a sleep, a run of instructions, and with SEVONPEND a WFE.
    func notePending(_ number: Int) {
        if scb.sleepControl & 0x10 != 0 { eventRegister = true }
        attend()
    }

    var areInterruptsMasked: Bool { debug.isEnabled && debug.masksInterrupts }

    /// Takes the most urgent pending exception if it is more urgent than what executes.
    func takePendingException() -> Bool {
        guard !nvic.pending.isEmpty,
            let number = nvic.mostUrgent(interruptsMasked: areInterruptsMasked),
            nvic.groupPriority(of: number) < executionPriority
        else { return false }
        sleep = .awake
        isInLockup = false
        enter(number)
        return true
    }

    /// Whether a sleeping core wakes: an exception that would be taken if PRIMASK were clear, or for WFE an event.
    var hasWakeUpEvent: Bool {
        if sleep == .forEvent, eventRegister { return true }
        guard !nvic.pending.isEmpty, let number = nvic.mostUrgent(interruptsMasked: areInterruptsMasked)
        else {
            return false
        }
        var priority = nvic.activePriority
        if basepri != 0 { priority = min(priority, nvic.grouped(Int(basepri))) }
        if faultmask { priority = min(priority, -1) }
        return nvic.groupPriority(of: number) < priority
    }
    func fallAsleep(_ kind: Sleep) {
        sleep = kind
        attend()
    }
    func wake() {
        if sleep == .forEvent { eventRegister = false }
        sleep = .awake
    }

    /// ExceptionEntry(): stacks, then starts the handler; a fault while stacking may come first.
    private func enter(_ number: Int) {
        let kind = (control >> 2 & 1) << 4
        let link: UInt32 = exceptionNumber != 0 ? 0xFFFF_FFF1 : control & 2 == 0 ? 0xFFFF_FFF9 : 0xFFFF_FFFD
        cycles &+= 12
        guard let derived = pushFrame() else { return start(number, link: link & ~kind) }
        start(arbitrate(derived, against: number), link: link & ~kind)
    }

    /// DerivedLateArrival(): a fault of the entry itself goes before the exception if it is more urgent.
    private func arbitrate(_ derived: Int, against number: Int) -> Int {
        debug.hasEntryFault = true
        var fault = derived
        if !nvic.enabled[fault] || nvic.groupPriority(of: fault) >= executionPriority {
            scb.hardFaults |= SystemControl.forced
            fault = ExceptionNumber.hardFault
        }
        if number == fault || nvic.groupPriority(of: fault) >= nvic.groupPriority(of: number) {
            nvic.pending[fault] = true
            return number
        }
        return fault
    }

    /// ExceptionTaken(): the handler of `number` begins with `link` in LR.
    func start(_ number: Int, link: UInt32) {
        var number = number
        var vector = readVector(number)
        if vector == nil {
            guard number != ExceptionNumber.hardFault, number != ExceptionNumber.nonMaskable else {
                return lockUp()
            }
            scb.hardFaults |= SystemControl.vectorTable
            number = ExceptionNumber.hardFault
            vector = readVector(number)
        }
        guard let vector else { return lockUp() }
        changeMode(exception: UInt32(number), control: control & 1)
        refreshFloatingPoint()
        r[14] = link
        block = 0
        isThumb = vector & 1 != 0
        r[15] = vector & ~1
        next = r[15]
        nvic.activate(number)
        isMonitorExclusive = false
        eventRegister = true
        forgetCodeSpan()
        refreshPriority()
        catchVector(number)
    }
    private func readVector(_ number: Int) -> UInt32? {
        read(scb.vectorTable &+ UInt32(number) &* 4, .word, privileged: true)
    }

    /// Vector catch (DEMCR): halts before the handler's first instruction.
    private func catchVector(_ number: Int) {
        let isCaught =
            switch number {
            case ExceptionNumber.hardFault: debug.catches(1 << 10)
            case ExceptionNumber.memoryManagement: debug.catches(1 << 4)
            case ExceptionNumber.busFault: debug.catches(1 << 8)
            case ExceptionNumber.usageFault: debug.catches(debug.usageCatch)
            default: false
            }
        if isCaught || debug.hasEntryFault && debug.catches(1 << 9) { enterDebugState(.vectorCatch) }
        debug.hasEntryFault = false
    }
}
