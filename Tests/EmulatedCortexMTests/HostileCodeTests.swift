// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Essentials
import Testing

@Suite struct `Hostile code` {
    /// Passes when the process is still alive, and time moved.
    @Test(arguments: [CoreModel.cortexM7, .cortexM4], [UInt64(1), 2, 3, 4])
    func `random bytes never trap the host`(_ model: CoreModel, _ seed: UInt64) {
        let machine = TestMachine(model)
        var random = SeededGenerator(seed: seed)
        machine.bus.onRead = { address, _ in address & 0x100 == 0 ? BusReply(value: address) : .error }
        machine.bus.onWrite = { address, _, _ in address & 0x100 == 0 ? BusReply() : .error }
        machine.bus.onFetch = { BusReply(value: $0 &* 0x9E37 >> 7) }
        for round in 0..<300 {
            for offset in stride(from: UInt32(0), to: 0x1000, by: 4) {
                machine.poke(TestMachine.start + offset, random.word())
                machine.poke(TestMachine.ramBase + offset, random.word())
            }
            machine.core.powerOnReset(vectorTable: TestMachine.codeBase)
            machine[peripheral: Register.cpacr] = 0xF0_0000
            if round & 1 != 0 { machine.enableDebug() }
            for index in 0..<13 as Range<UInt32> {
                let word = random.word()
                machine[index] =
                    word & 3 == 0
                    ? word : word & 3 == 1 ? 0xE000_E000 | word >> 20 : TestMachine.ramBase + (word >> 16)
            }
            for _ in 0..<8 {
                // Debugger and machine do anything too.
                let address = 0xE000_0000 | (random.word() & 0xF_FFFF)
                _ = machine.core.debugWrite(address & 0xE00F_F0FC | 0xE000, .word, random.word())
                _ = machine.core.debugWrite(
                    address, [.byte, .halfword, .word][Int(random.word() % 3)], random.word())
                _ = machine.core.debugRead(address, .word)
                machine[random.word() & 0x7F] = random.word()
                machine.core.setInterrupt(Int(random.word() % 300) - 20, asserted: random.word() & 1 != 0)
                let before = machine.core.cycles
                let end = machine.core.run(for: 500)
                if end == .budget { #expect(machine.core.cycles >= before + 500) }
                machine.core.skip(UInt64(random.word() & 0xFF))
            }
            machine.bus.accesses.removeAll()
        }
    }

    @Test func `an access over the end of a window goes byte by byte to window and bus`() {
        let machine = TestMachine()
        machine.bus.onRead = { address, _ in BusReply(value: address & 0xFF) }
        machine.program([0x6808])  // LDR R0, [R1]
        let end = TestMachine.ramBase + UInt32(TestMachine.size)
        machine.poke(end - 4, 0xAABB_CCDD)
        machine[1] = end - 2
        machine.step()
        #expect(machine[0] == 0x0100_AABB)
        #expect(machine.bus.accesses.map(\.address) == [end, end + 1])
    }

    @Test func `the last halfword of a window is an instruction, a wide one goes on outside`() {
        let machine = TestMachine()
        let end = TestMachine.codeBase + UInt32(TestMachine.size)
        machine.program([0x2001], at: end - 2)  // MOVS R0, #1
        machine.bus.onFetch = { _ in BusReply(value: 0x0002) }
        machine.pc = end - 2
        machine.step()
        #expect(machine[0] == 1)
        machine.program([0xF04F], at: end - 2)  // MOV.W R0, #2 with its second half beyond
        machine.pc = end - 2
        machine.step()
        #expect(machine[0] == 2)
        #expect(machine.pc == end + 2)
    }

    @Test func `a store to a read-only window asks the bus`() {
        let machine = TestMachine()
        machine.program([0x6008])
        machine[1] = TestMachine.codeBase
        machine.step()
        #expect(machine[peripheral: Register.bfar] == TestMachine.codeBase)
        #expect(machine.bus.accesses.count == 1)
    }

    @Test func `a removed window is gone`() {
        let machine = TestMachine()
        machine.program([0x6808, 0x6808])
        machine[1] = TestMachine.ramBase
        machine.step()
        #expect(machine[peripheral: Register.cfsr] == 0)
        machine.core.removeWindow(at: TestMachine.ramBase)
        machine.step()
        #expect(machine[peripheral: Register.cfsr] & 0x200 != 0)
    }
}
