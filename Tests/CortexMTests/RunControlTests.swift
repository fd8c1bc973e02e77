// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugProbe
import DebugTestKit
import Essentials
import Testing

@Suite struct `Run control` {
    @Test func `identifies the core`() throws {
        let fixture = try Fixture()
        let identification = try fixture.core.identify()
        #expect(identification.part == .m7)
        #expect(identification.variant == 1)
        #expect(identification.revision == 1)
        #expect(throws: CoreError.self) { try Fixture(cpuid: 0).core.identify() }
    }

    @Test func `halting a core that never halts ends at the deadline`() throws {
        let fixture = try Fixture()
        fixture.bus.words[0xE000_EDF0] = .init(read: { 0x0000_0001 })
        let error = try #require(throws: CoreError.self) { try fixture.core.halt(within: .milliseconds(300)) }
        #expect(error.code == "COR-003")
        #expect(fixture.time.now == .milliseconds(300))
    }

    @Test func `a halt request lost to a reset is made again`() throws {
        let fixture = try Fixture()
        fixture.fake.behaviour = { _, _ in }
        var dropped = false
        let status = fixture.bus.words[0xE000_EDF0]
        fixture.bus.words[0xE000_EDF0] = .init(
            read: { status?.read() ?? 0 },
            write: { value in
                if !dropped {
                    dropped = true
                    fixture.fake.reset()
                } else {
                    status?.write(value)
                }
            })
        try fixture.core.halt()
        #expect(fixture.fake.isHalted)
        #expect(fixture.core.resetWasSeen)
    }

    @Test func `stepping masks interrupts only while halted`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.registers[15] = 0x2400_0100
        try fixture.core.step()
        #expect(
            fixture.fake.written(to: 0xE000_EDF0) == [0xA05F_000B, 0xA05F_000D, 0xA05F_0003])
        #expect(try fixture.core.readRegister(.pc) == 0x2400_0102)
    }

    @Test func `detaching leaves nothing set`() throws {
        let fixture = try Fixture().halted()
        try fixture.core.catchReset()
        try fixture.core.detach()
        #expect(!fixture.fake.isHalted)
        #expect(!fixture.fake.isDebugEnabled)
        #expect(fixture.fake.demcr == 0)
    }
}

@Suite struct `Core registers` {
    @Test func `a read selects, looks at the status and takes the data`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.registers[15] = 0x2400_0798
        fixture.fake.registers[20] = 0x0400_0001
        let start = fixture.probe.batches.count
        #expect(try fixture.core.readRegisters([.pc, .special]) == [0x2400_0798, 0x0400_0001])
        #expect(
            fixture.probe.batches[start...].last?.suffix(6) == [
                .write(.accessPort(0, 0x14), 15), .read(.accessPort(0, 0x10)), .read(.accessPort(0, 0x18)),
                .write(.accessPort(0, 0x14), 20), .read(.accessPort(0, 0x10)), .read(.accessPort(0, 0x18)),
            ])
    }

    @Test func `a write sets the data before it selects`() throws {
        let fixture = try Fixture().halted()
        try fixture.core.writeRegisters([(.general(0), 7), (.fpscr, 8)])
        #expect(
            fixture.fake.log.map(\.value) == [7, 0x1_0000, 8, 0x1_0021])
        #expect(fixture.fake.registers[0] == 7)
        #expect(fixture.fake.registers[33] == 8)
    }

    @Test(arguments: [1, 3], [nil, 512] as [Int?])
    func `a slow transfer is waited for, never guessed`(delay: Int, blockLimit: Int?) throws {
        let fixture = try Fixture(blockLimit: blockLimit).halted()
        fixture.fake.transferDelay = delay
        try fixture.core.writeRegisters([(.general(0), 11), (.general(1), 22), (.single(31), 33)])
        #expect(try fixture.core.readRegisters([.general(1), .general(0), .single(31)]) == [22, 11, 33])
        #expect(fixture.fake.registers[0x5F] == 33)
    }

    @Test func `a running core has no registers to read`() throws {
        let fixture = try Fixture()
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.readRegister(.pc) }
        #expect(error.code == "COR-004")
    }
}

@Suite struct `Reset` {
    @Test func `is caught at the vector: catch set before the request, removed after`() throws {
        let fixture = try Fixture().halted()
        try fixture.core.resetAndHalt()
        #expect(fixture.fake.isHalted)
        #expect(try fixture.core.readRegister(.pc) == 0x0800_0298)
        let order = fixture.fake.log.filter { [0xE000_EDFC, 0xE000_ED0C].contains($0.address) }
        #expect(order.map(\.address) == [0xE000_EDFC, 0xE000_ED0C, 0xE000_EDFC])
        #expect(order.map(\.value) == [0x0100_0001, 0x05FA_0004, 0x0100_0000])
        #expect(fixture.fake.dfsr == 0)
    }

    @Test func `a debug port that is gone for a while is waited for`() throws {
        let fixture = try Fixture().halted()
        var silence = 0
        fixture.fake.onReset = { _ in silence = 25 }
        fixture.probe.interfere = { _ in
            guard silence > 0 else { return nil }
            silence -= 1
            return .acknowledge(.none, operation: 0, valuesRead: [])
        }
        try fixture.core.resetAndHalt()
        #expect(fixture.fake.isHalted)
        #expect(fixture.probe.events.contains("line reset"))
    }

    @Test func `a reset that does not happen is an error`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.keep(0xE000_ED0C, 0)
        let error = try #require(throws: CoreError.self) { try fixture.core.resetAndHalt() }
        #expect(error.code == "COR-006")
        #expect(fixture.time.now >= Core.resetLimit)
    }

    @Test func `reset and run leaves no catch and no debug enable`() throws {
        let fixture = try Fixture().halted()
        try fixture.core.catchReset()
        try fixture.core.resetAndRun()
        #expect(!fixture.fake.isHalted)
        #expect(!fixture.fake.isDebugEnabled)
        #expect(fixture.fake.demcr == 0)
    }
}
