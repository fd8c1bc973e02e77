// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Exception numbers with a fixed meaning (ARMv7-M ARM B1.5.2); interrupt line n is exception 16 + n.
enum ExceptionNumber {
    static let nonMaskable = 2, hardFault = 3, memoryManagement = 4, busFault = 5, usageFault = 6
    static let supervisorCall = 11, debugMonitor = 12, pendSV = 14, sysTick = 15, firstInterrupt = 16
}

/// Pending, active and enabled exceptions and their priorities (NVIC and the SHPR registers).
struct InterruptController {
    /// The STM32H7 implements the upper four bits of a priority.
    static let implementedPriority: UInt8 = 0xF0

    var pending = ExceptionSet()
    var active = ExceptionSet()
    /// Exceptions that may be taken; those that cannot be disabled are always members.
    var enabled = ExceptionSet([1, 2, 3, 11, 14, 15])
    /// Levels of the interrupt lines.
    private(set) var asserted = ExceptionSet()
    private var priorities = InlineArray<256, UInt8>(repeating: 0)
    /// AIRCR.PRIGROUP.
    var grouping: UInt32 = 0

    subscript(priority number: Int) -> UInt8 {
        get { priorities[number & 255] }
        set { priorities[number & 255] = newValue & Self.implementedPriority }
    }
    func priority(of number: Int) -> Int {
        switch number {
        case 1: -3
        case 2: -2
        case 3: -1
        default: Int(priorities[number & 255])
        }
    }
    func groupPriority(of number: Int) -> Int { grouped(priority(of: number)) }
    func grouped(_ priority: Int) -> Int {
        priority < 0 ? priority : priority & ~((2 << Int(grouping & 7)) &- 1)
    }

    /// The most urgent group priority among the active exceptions; 256 if none is active.
    var activePriority: Int {
        var best = 256
        active.forEach { best = min(best, groupPriority(of: $0)) }
        return best
    }

    /// The pending, enabled exception to be taken first.
    ///
    /// With `interruptsMasked` (DHCSR.C_MASKINTS) PendSV, SysTick and the external interrupts are passed
    /// over.
    func mostUrgent(interruptsMasked: Bool) -> Int? {
        var best: Int?
        pending.intersection(enabled).forEach { number in
            if interruptsMasked, number >= ExceptionNumber.pendSV { return }
            guard let known = best else { return best = number }
            if priority(of: number) < priority(of: known) { best = number }
        }
        return best
    }

    /// Moves the level of an interrupt line: a rising edge makes it pending.
    mutating func setLine(_ number: Int, asserted isAsserted: Bool) {
        if isAsserted, !asserted[number] { pending[number] = true }
        asserted[number] = isAsserted
    }
    /// ICPR: a line that is still asserted and not being serviced stays pending.
    mutating func clearPending(_ number: Int) {
        pending[number] = number >= ExceptionNumber.firstInterrupt && asserted[number] && !active[number]
    }
    mutating func activate(_ number: Int) {
        pending[number] = false
        active[number] = true
    }
    mutating func deactivate(_ number: Int) {
        active[number] = false
        if asserted[number] { pending[number] = true }
    }
    /// Back to the state after reset; the lines keep their levels.
    mutating func reset() {
        let lines = asserted
        self = InterruptController()
        asserted = lines
        pending = lines
    }
}
