// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@Suite struct `Faults` {
    let machine = TestMachine()

    private func stackedPC() -> UInt32 { machine.peek(machine[13] + 24) }

    @Test func `a bus error is precise in address and instruction`() {
        machine[peripheral: Register.shcsr] = 1 << 17
        machine.program([0xBF00, 0xF851, 0x0F04])  // NOP; LDR R0, [R1, #4]!
        (machine[0], machine[1]) = (5, 0x5000_0000)
        machine.step(2)
        #expect(machine.exception == 5)
        #expect(machine[peripheral: Register.cfsr] == 0x8200)
        #expect(machine[peripheral: Register.bfar] == 0x5000_0004)
        #expect(stackedPC() == TestMachine.start + 2)
        #expect(machine[1] == 0x5000_0000, "no write-back")
        #expect(machine[0] == 5)
        #expect(
            machine.bus.accesses == [
                .init(address: 0x5000_0004, width: .word, value: 0, isWrite: false)
            ])
    }

    @Test func `without its enable bit a fault is a forced HardFault`() {
        machine.program([0x6008])  // STR R0, [R1]
        machine[1] = 0x5000_0000
        machine.step()
        #expect(machine.exception == 3)
        #expect(machine[peripheral: Register.hfsr] == 1 << 30)
        #expect(machine[peripheral: Register.cfsr] == 0x8200)
    }

    @Test func `a fault inside HardFault locks the core up`() {
        machine.program([0xDE00])
        machine.program([0xDE00], at: TestMachine.handler(3))
        machine.step(2)
        #expect(machine.core.isLockedUp)
        #expect(machine.core.run(for: 10) == .lockedUp)
        #expect(machine.pc == 0xEFFF_FFFE)
        #expect(machine[peripheral: Register.dhcsr] >> 19 & 1 == 1)
        machine.enableDebug(halting: true)
        #expect(machine.core.isHalted)
        #expect(machine[peripheral: Register.dhcsr] >> 17 & 5 == 1, "halted, no longer locked up")
    }

    @Test(arguments: [
        (UInt32(0), [UInt16(0xDE00)], UInt32(0x1_0000)),  // UDF
        (0, [0xEE01, 0x0F10], 0x8_0000),  // MCR p15
        (0, [0xEE30, 0x0A20], 0x8_0000),  // VADD with the FPU off
        (0, [0xE891, 0x000C], 0x100_0000),  // LDM R1, {R2, R3}
        (0, [0xE9D1, 0x2300], 0x100_0000),  // LDRD
        (0, [0xE9C1, 0x2300], 0x100_0000),  // STRD
        (0, [0xE851, 0x2F00], 0x100_0000),  // LDREX
        (0, [0x6808], 0),  // LDR R0, [R1]
        (8, [0x6808], 0x100_0000),  // the same with UNALIGN_TRP
        (8, [0x8808], 0x100_0000),  // LDRH
        (8, [0x7008], 0),  // STRB
        (0, [0xFBB1, 0xF0F3], 0),  // UDIV by R3 = 0
        (16, [0xFBB1, 0xF0F3], 0x200_0000),  // with DIV_0_TRP
        (16, [0xFB91, 0xF0F3], 0x200_0000),
    ])
    func `usage faults show their reason`(_ configuration: UInt32, _ code: [UInt16], _ status: UInt32) {
        machine[peripheral: Register.shcsr] = 1 << 18
        machine[peripheral: Register.ccr] = configuration
        machine.program(code)
        (machine[1], machine[3]) = (TestMachine.ramBase + 1, 0)
        machine.step()
        #expect(machine[peripheral: Register.cfsr] == status)
        #expect(machine.exception == (status == 0 ? 0 : 6))
        if status != 0 { #expect(stackedPC() == TestMachine.start) }
        machine[peripheral: Register.cfsr] = .max
        #expect(machine[peripheral: Register.cfsr] == 0, "write one to clear")
    }

    @Test func `device memory faults on an unaligned access`() {
        machine.bus.onRead = { _, _ in BusReply(value: 1) }
        machine.program([0x6808])
        machine[1] = 0x4000_0002
        machine.step()
        #expect(machine[peripheral: Register.cfsr] == 0x100_0000)
        #expect(machine.bus.accesses.isEmpty)
    }

    @Test func `a branch to an even address is INVSTATE at the target`() {
        machine[peripheral: Register.shcsr] = 1 << 18
        machine.program([0x4780])  // BLX R0
        machine[0] = TestMachine.start + 0x20
        machine.step()
        #expect(machine.exception == 0)
        machine.step()
        #expect(machine.exception == 6)
        #expect(machine[peripheral: Register.cfsr] == 0x2_0000)
        #expect(stackedPC() == TestMachine.start + 0x20)
        #expect(machine.peek(machine[13] + 28) & 1 << 24 == 0, "the stacked T bit is the faulting one")
    }

    @Test func `a fetch from nowhere is IBUSERR`() {
        machine.program([0x4700])
        machine[0] = 0x6000_0001
        machine.step(2)
        #expect(machine[peripheral: Register.cfsr] == 0x100)
        #expect(stackedPC() == 0x6000_0000)
    }

    @Test func `a fault while stacking is reported as such`() {
        machine[peripheral: Register.shcsr] = 1 << 17
        machine.program([0xDF00])
        machine[13] = 0x7000_0000
        machine.step()
        #expect(machine[peripheral: Register.cfsr] == 0x1000)
    }

    @Test func `BKPT without a debugger is HardFault DEBUGEVT`() {
        machine.program([0xBE00])
        machine.step()
        #expect(machine.exception == 3)
        #expect(machine[peripheral: Register.hfsr] == 1 << 31)
        #expect(machine[peripheral: Register.dfsr] == 2)
        #expect(stackedPC() == TestMachine.start)
    }

    @Test func `BKPT goes to the debug monitor when that is on`() {
        machine[peripheral: Register.demcr] = 1 << 16
        machine.program([0xBE00])
        machine.step()
        #expect(machine.exception == 12)
    }

    @Test func `LDM keeps its base register when it faults in the middle`() {
        machine.program([0xC90A])  // LDM R1, {R1, R3}
        machine[1] = TestMachine.ramBase + UInt32(TestMachine.size) - 4
        machine.step()
        #expect(machine[peripheral: Register.bfar] == TestMachine.ramBase + UInt32(TestMachine.size))
        #expect(machine[1] == TestMachine.ramBase + UInt32(TestMachine.size) - 4)
    }

    @Test func `the IT state of a faulting instruction is stacked and resumed`() {
        // ITE EQ; LDREQ R0, [R1]; ADDNE R0, #1
        machine.program([0xBF0C, 0x6808, 0x3001])
        machine[16] = 0x4100_0000
        machine[1] = 0x5000_0000
        machine.step(2)
        #expect(machine.exception == 3)
        let status = machine.peek(machine[13] + 28)
        #expect((status >> 25 & 3 | status >> 8 & 0xFC) == 0x0C)
        // The handler returns to the load, which now succeeds.
        machine.bus.onRead = { _, _ in BusReply(value: 77) }
        machine.step(2)
        machine.step(2)
        #expect(machine[0] == 77)
        #expect(machine.pc == TestMachine.start + 6)
    }

    @Test func `unprivileged code cannot reach the private peripherals`() {
        machine.program([0xF380, 0x8814, 0x6808])  // MSR CONTROL, R0; LDR R0, [R1]
        (machine[0], machine[1]) = (1, 0xE000_ED00)
        machine.step(2)
        #expect(machine.exception == 3)
        #expect(machine[peripheral: Register.bfar] == 0xE000_ED00)
    }

    @Test func `LDRT reads as unprivileged code would`() {
        machine.program([0xF851, 0x0E00])
        machine[1] = 0xE000_ED00
        machine.step()
        #expect(machine[peripheral: Register.cfsr] == 0x8200)
    }
}
