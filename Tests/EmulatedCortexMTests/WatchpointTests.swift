// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

/// The comparators of the data watchpoint unit as a debugger meets them (ARMv7-M ARM C1.8).
@Suite struct `Data watchpoints` {
    let machine = TestMachine()

    /// A stretch of 4 KiB in the middle of the RAM, and what DWT_FUNCTION makes of an access there.
    private static let base = TestMachine.ramBase + 0x4000
    private static let size: UInt32 = 0x1000
    private static let read: UInt32 = 5, write: UInt32 = 6, both: UInt32 = 7

    /// STR and LDR through R1, with a NOP before and four behind.
    private static let store: [UInt16] = [0xBF00, 0x6008, 0xBF00, 0xBF00, 0xBF00, 0xBF00]
    private static let load: [UInt16] = [0xBF00, 0x6808, 0xBF00, 0xBF00, 0xBF00, 0xBF00]

    private func watch(
        _ function: UInt32, comparator: UInt32 = 0, at address: UInt32 = base, mask: UInt32 = 12
    ) {
        machine[peripheral: Register.demcr] |= 1 << 24
        machine[peripheral: Register.comparator + 16 * comparator] = address
        machine[peripheral: Register.comparatorMask + 16 * comparator] = mask
        machine[peripheral: Register.function + 16 * comparator] = function
    }
    private func run(_ code: [UInt16], at address: UInt32, clocks: UInt64 = 6) -> RunEnd {
        machine.program(code)
        machine.pc = TestMachine.start
        machine[1] = address
        return machine.core.run(for: clocks)
    }

    @Test func `there are four, and their mask has four bits`() {
        #expect(machine[peripheral: Register.dwtControl] >> 28 == 4)
        machine[peripheral: Register.comparatorMask] = 0x1F
        #expect(machine[peripheral: Register.comparatorMask] == 15)
    }

    @Test(arguments: [0, 3] as [UInt32], [base, base + 0x800, base + 0xFFC, base + 0xFFF] as [UInt32])
    func `the first store into the range stops the core, a little late`(comparator: UInt32, place: UInt32) {
        machine.enableDebug()
        watch(Self.write, comparator: comparator)
        #expect(run(Self.store, at: place) == .halted)
        #expect(machine[peripheral: Register.dfsr] == 4)
        // The store is done, and one more instruction with it.
        #expect(machine.pc == TestMachine.start + 6)
        let function = Register.function + 16 * comparator
        #expect(machine[peripheral: function] == 1 << 24 | Self.write)
        #expect(machine[peripheral: function] == Self.write, "MATCHED is cleared by reading")
    }

    @Test(arguments: [base - 4, base + size] as [UInt32])
    func `what lies beside the range is nobody's business`(place: UInt32) {
        machine.enableDebug()
        watch(Self.write)
        #expect(run(Self.store, at: place) == .budget)
        #expect(machine[peripheral: Register.dfsr] == 0)
        machine[0] = 0x1234
        #expect(run(Self.store, at: place) == .budget)
        #expect(machine.peek(place) == 0x1234)
    }

    @Test func `an unaligned store that only reaches into the range counts`() {
        machine.enableDebug()
        watch(Self.write)
        #expect(run(Self.store, at: Self.base - 3) == .halted)
    }

    @Test(arguments: [(read, false, true), (write, true, false), (both, true, true)])
    func `the function says which accesses`(function: UInt32, stores: Bool, loads: Bool) {
        machine.enableDebug()
        watch(function)
        #expect((run(Self.store, at: Self.base) == .halted) == stores)
        machine.enableDebug()
        #expect((run(Self.load, at: Self.base) == .halted) == loads)
    }

    @Test func `a push counts, and so does an exception's frame`() {
        machine.enableDebug()
        watch(Self.write)
        machine[17] = Self.base + Self.size + 4
        #expect(run([0xB503, 0xBF00, 0xBF00], at: 0) == .halted)  // PUSH {R0, R1, LR}
        machine.enableDebug()
        machine[17] = Self.base + Self.size + 8
        machine[peripheral: Register.icsr] = 1 << 28  // PendSV
        #expect(run([0xBF00, 0xBF00, 0xBF00], at: 0, clocks: 20) == .halted)
        #expect(machine[peripheral: Register.dfsr] & 4 != 0)
    }

    @Test func `a debugger's store does not count`() {
        machine.enableDebug()
        watch(Self.write)
        machine.poke(Self.base, 5)
        #expect(run([0xBF00, 0xBF00], at: 0) == .budget)
    }

    @Test func `without trace, debug or an aligned comparator nothing happens`() {
        watch(Self.write)
        #expect(run(Self.store, at: Self.base) == .budget, "neither halting nor monitor debug")
        machine.enableDebug()
        watch(Self.write, at: Self.base + 4)
        #expect(run(Self.store, at: Self.base + 4) == .budget, "not aligned to its mask")
        watch(Self.write)
        machine[peripheral: Register.demcr] = 0
        #expect(run(Self.store, at: Self.base) == .budget, "DEMCR.TRCENA is off")
        watch(Self.write)
        #expect(run(Self.store, at: Self.base) == .halted)
    }

    @Test func `a breakpoint that comes first shows beside it`() {
        machine.enableDebug()
        watch(Self.write)
        #expect(run([0x6008, 0xBE00], at: Self.base) == .halted)
        #expect(machine[peripheral: Register.dfsr] == 6)
        #expect(machine.pc == TestMachine.start + 2)
        // Nothing is left of it for the next run.
        machine.enableDebug()
        #expect(run([0xBF00, 0xBF00, 0xBF00], at: 0) == .budget)
    }

    @Test func `watching changes neither results nor time`() {
        var clocks: [UInt64] = []
        for isWatching in [false, true] {
            let machine = TestMachine(.cortexM7, waitStates: 3)
            machine.enableDebug()
            if isWatching {
                machine[peripheral: Register.demcr] = 1 << 24
                machine[peripheral: Register.comparator] = Self.base
                machine[peripheral: Register.comparatorMask] = 12
                machine[peripheral: Register.function] = Self.write
            }
            // 1: STR R0, [R1], #4 upwards and STR R0, [R2, #-4]! downwards; SUBS R3, #1; BNE 1b
            machine.program([0xF841, 0x0B04, 0xF842, 0x0D04, 0x1E5B, 0xD1F9, 0xBE00])
            (machine[0], machine[1], machine[2], machine[3]) = (
                7, Self.base + Self.size, Self.base, 0x100
            )
            let start = machine.core.cycles
            #expect(machine.core.run(for: 100_000) == .halted)
            #expect(machine[peripheral: Register.dfsr] == 2)
            clocks.append(machine.core.cycles - start)
            #expect(machine.peek(Self.base - 0x400) == 7 && machine.peek(Self.base + Self.size + 0x3FC) == 7)
        }
        #expect(clocks[0] == clocks[1])
    }
}
