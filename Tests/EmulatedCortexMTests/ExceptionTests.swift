// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@Suite struct `Exceptions` {
    let machine = TestMachine()

    @Test func `entry pushes eight words and the return address, return pops them`() {
        machine.program([0xDF03, 0x3001])  // SVC #3; ADDS R0, #1
        for index in 0..<4 as Range<UInt32> { machine[index] = 0x100 + index }
        (machine[12], machine[14], machine[16]) = (0x10C, 0x10E, 0xA100_0000)
        machine[7] = 0
        machine.step()
        #expect(machine.exception == 11)
        #expect(machine.pc == TestMachine.handler(11))
        #expect(machine[14] == 0xFFFF_FFF9)
        let frame = machine[13]
        #expect(frame == TestMachine.ramBase + 0x8000 - 32)
        let words = (0..<8 as Range<UInt32>).map { machine.peek(frame + 4 * $0) }
        #expect(words == [0x100, 0x101, 0x102, 0x103, 0x10C, 0x10E, TestMachine.start + 2, 0xA100_0000])
        machine[0] = 0
        machine.step(2)
        #expect(machine.exception == 0)
        #expect(machine.pc == TestMachine.start + 2)
        #expect(machine[0] == 0x100)
        #expect(machine[16] == 0xA100_0000)
        #expect(machine[13] == TestMachine.ramBase + 0x8000)
        #expect(machine[7] == 1)
    }

    @Test func `the frame is aligned to eight bytes and return restores the odd word`() {
        machine.program([0xDF00])
        machine[13] = TestMachine.ramBase + 0x7FFC
        machine.step()
        #expect(machine[13] == TestMachine.ramBase + 0x7FD8)
        #expect(machine.peek(machine[13] + 28) & 0x200 != 0)
        machine.step(2)
        #expect(machine[13] == TestMachine.ramBase + 0x7FFC)
    }

    @Test func `Thread mode on the process stack comes back to it`() {
        // MSR PSP, R0; MSR CONTROL, R1; SVC; NOP
        machine.program([0xF380, 0x8809, 0xF381, 0x8814, 0xDF00, 0xBF00])
        (machine[0], machine[1]) = (TestMachine.ramBase + 0x4000, 2)
        machine.step(2)
        #expect(machine[13] == TestMachine.ramBase + 0x4000)
        machine.step()
        #expect(machine[14] == 0xFFFF_FFFD)
        #expect(machine[13] == TestMachine.ramBase + 0x8000)
        #expect(machine[18] == TestMachine.ramBase + 0x3FE0)
        #expect(machine.peek(TestMachine.ramBase + 0x3FF8) == TestMachine.start + 10)
        machine.step(2)
        #expect(machine[13] == TestMachine.ramBase + 0x4000)
    }

    @Test func `a more urgent interrupt preempts, a less urgent one waits`() {
        machine.program([0xBF00, 0xBF00, 0xBF00])
        machine[peripheral: Register.enable] = 7
        machine[peripheral: Register.priority] = 0x0010_4080
        machine.core.setInterrupt(0, asserted: true)
        machine.step()
        #expect(machine.exception == 16)
        machine.core.setInterrupt(1, asserted: true)
        machine.core.setInterrupt(2, asserted: true)
        machine.step()
        #expect(machine.exception == 18, "priority 0x10 goes before 0x40")
        #expect(machine[14] == 0xFFFF_FFF1)
        #expect(machine[peripheral: Register.active] == 5)
        for line in 0..<3 { machine.core.setInterrupt(line, asserted: false) }
        machine.step(1)
        #expect(machine.exception == 18)
        machine.step(1)
        #expect(machine.exception == 17)
        machine.step(2)
        #expect(machine.exception == 16)
        machine.step(2)
        #expect(machine.exception == 0)
    }

    @Test func `subpriorities order pending interrupts but do not preempt`() {
        machine[peripheral: Register.aircr] = 0x05FA_0600  // one group bit
        machine[peripheral: Register.enable] = 3
        machine[peripheral: Register.priority] = 0x2040
        machine.core.setInterrupt(0, asserted: true)
        machine.step()
        #expect(machine.exception == 16)
        machine.core.setInterrupt(1, asserted: true)
        machine.step()
        #expect(machine.exception == 16)
    }

    @Test func `PRIMASK, BASEPRI and FAULTMASK hold interrupts back`() {
        machine.program([0xB672, 0xBF00, 0xB662, 0xBF00])  // CPSID I; NOP; CPSIE I; NOP
        machine[peripheral: Register.enable] = 1
        machine[peripheral: Register.priority] = 0x80
        machine.step()
        machine.core.setInterrupt(0, asserted: true)
        machine.step()
        #expect(machine.exception == 0)
        machine.step()
        #expect(machine.exception == 16, "taken right after CPSIE")

        for (mask, isTaken) in [(UInt32(0x8000), false), (0x9000, true), (0x1_0000, false)] {
            let other = TestMachine()
            other.program([0xBF00])
            other[20] = mask
            other[peripheral: Register.enable] = 1
            other[peripheral: Register.priority] = 0x80
            other.core.setInterrupt(0, asserted: true)
            other.step()
            #expect((other.exception == 16) == isTaken, "mask \(String(mask, radix: 16))")
        }
    }

    @Test func `a line that stays asserted is taken again`() {
        machine.program([0xBF00, 0xBF00, 0xBF00])
        machine[peripheral: Register.enable] = 1
        machine[7] = 0
        machine.core.setInterrupt(0, asserted: true)
        machine.step()
        machine.step(2)
        #expect(machine.exception == 16)
        machine.core.setInterrupt(0, asserted: false)
        machine.step(2)
        #expect(machine.exception == 0)
        #expect(machine[7] == 2)
    }

    @Test func `SVC that cannot be taken escalates to HardFault`() {
        machine.program([0xB672, 0xDF00])
        machine.step(2)
        #expect(machine.exception == 3)
        #expect(machine[peripheral: Register.hfsr] == 1 << 30)
    }

    @Test func `an EXC_RETURN that does not fit is UsageFault INVPC`() {
        machine[peripheral: Register.shcsr] = 1 << 18
        machine.program([0xDF00])
        machine.program([0x4700], at: TestMachine.handler(11))  // BX R0
        machine[0] = 0xFFFF_FFF1
        machine.step(2)
        #expect(machine.exception == 6)
        #expect(machine[peripheral: Register.cfsr] == 0x4_0000)
        #expect(machine[14] == 0xFFFF_FFF1)
    }

    @Test func `EXC_RETURN is an ordinary address in Thread mode`() {
        machine.program([0x4700])
        machine[0] = 0xFFFF_FFF9
        machine.step()
        #expect(machine.pc == 0xFFFF_FFF8)
        machine.step()
        #expect(machine[peripheral: Register.cfsr] == 1, "fetch from execute-never space")
    }

    @Test func `PendSV and SysTick are pended and cleared through ICSR`() {
        machine.program([0xBF00])
        machine[20] = 1
        machine[peripheral: Register.icsr] = 1 << 28 | 1 << 26
        #expect(machine[peripheral: Register.icsr] & 0x1400_0000 == 0x1400_0000)
        #expect(machine[peripheral: Register.icsr] >> 12 & 0x1FF == 14)
        machine[peripheral: Register.icsr] = 1 << 27
        #expect(machine[peripheral: Register.icsr] >> 12 & 0x1FF == 15)
        machine[20] = 0
        machine.step()
        #expect(machine.exception == 15)
    }

    @Test func `NMI preempts with FAULTMASK set`() {
        machine.program([0xBF00])
        machine[20] = 0x1_0000
        machine.core.pulseNonMaskableInterrupt()
        machine.step()
        #expect(machine.exception == 2)
    }

    @Test func `a vector that cannot be read is a HardFault with VECTTBL`() {
        machine.program([0xDF00])
        // The handler of SVC lies beyond the end of the window, that of HardFault inside.
        let table = TestMachine.codeBase + UInt32(TestMachine.size) - 0x80
        machine[peripheral: Register.vtor] = table
        machine.poke(table + 12, TestMachine.handler(3) | 1)
        machine[peripheral: Register.enable + 4] = 1
        machine.core.setInterrupt(32, asserted: true)
        machine.step()
        #expect(machine.exception == 3)
        #expect(machine[peripheral: Register.hfsr] == 2)
    }
}
