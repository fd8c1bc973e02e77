// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import DebugTestKit
import Essentials
import Testing

@Suite struct `A clean core for calls` {
    @Test func `dirty lines are written back before the cache goes off`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.ccr = 0x0007_0218
        try fixture.core.cleanForCalls()
        let maintenance = fixture.fake.written(to: 0xE000_EF74)
        #expect(maintenance.count == 512)
        #expect(Set(maintenance).count == 512)
        #expect(maintenance.first == 0)
        #expect(maintenance.last == 0xC000_0FE0)
        let lastLine = fixture.fake.log.lastIndex { $0.address == 0xE000_EF74 }
        let switchedOff = fixture.fake.log.firstIndex { $0.address == 0xE000_ED14 }
        #expect(try #require(lastLine) < #require(switchedOff))
        #expect(fixture.fake.ccr == 0x0004_0200)
        #expect(fixture.fake.written(to: 0xE000_EF50) == [0])
    }

    @Test func `caches that are off are left alone`() throws {
        let fixture = try Fixture().halted()
        try fixture.core.cleanForCalls()
        #expect(fixture.fake.written(to: 0xE000_EF74).isEmpty)
        #expect(fixture.fake.written(to: 0xE000_EF50).isEmpty)
    }

    @Test func `nothing the application left can interfere`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.registers[16] = 0x0100_0016
        fixture.fake.registers[20] = 0x0301_5000
        fixture.fake.keep(0xE000_ED94, 5)
        fixture.fake.keep(0xE000_EF34, 0xC000_0001)
        fixture.fake.keep(0xE000_2008, 0x0800_0101)
        fixture.fake.keep(0xE000_1028, 5)
        fixture.fake.keep(0xE000_E010, 7)
        fixture.fake.cfsr = 0x100
        try fixture.core.cleanForCalls()
        #expect(fixture.fake.registers[16] == 0x0100_0000)
        #expect(fixture.fake.registers[20] == 1)
        #expect(fixture.bus.word(at: 0xE000_ED94) == 0)
        #expect(fixture.bus.word(at: 0xE000_EF34) == 0xC000_0000)
        #expect(fixture.bus.word(at: 0xE000_ED88) == 0x00F0_0000)
        #expect(fixture.bus.word(at: 0xE000_2008) == 0)
        #expect(fixture.bus.word(at: 0xE000_1028) == 0)
        #expect(fixture.bus.word(at: 0xE000_E010) == 0)
        #expect(fixture.fake.written(to: 0xE000_E180) == [.max])
        #expect(fixture.fake.written(to: 0xE000_E29C) == [.max])
        #expect(fixture.fake.written(to: 0xE000_ED04) == [0x0A00_0000])
        #expect(fixture.fake.written(to: 0xE000_ED0C) == [0x05FA_0002])
        #expect(fixture.fake.cfsr == 0)
        #expect(fixture.fake.demcr == 0x0100_0000)
    }

    @Test func `a running core is not touched`() throws {
        let fixture = try Fixture()
        #expect(throws: CoreError.self) { try fixture.core.cleanForCalls() }
        #expect(fixture.fake.log.isEmpty)
    }

    @Test func `an impossible cache is refused, not looped over`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.ccr = 0x0001_0000
        fixture.fake.keep(0xE000_ED80, .max)
        let error = try #require(throws: CoreError.self) { try fixture.core.cleanForCalls() }
        #expect(error.code == "COR-007")
    }

    @Test func `inspection names what was found`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.ccr = 0x0003_0000
        fixture.fake.keep(0xE000_ED94, 1)
        fixture.fake.registers[16] = 0x0100_000F
        fixture.fake.registers[20] = 0x0200_0000
        fixture.fake.keep(0xE000_E204, 0x4)
        fixture.fake.keep(0xE000_ED04, 1 << 26)
        let findings = try fixture.core.inspect()
        #expect(
            findings.lines == [
                "it was in SysTick", "the data cache was on", "the instruction cache was on",
                "the MPU was on",
                "the process stack was in use", "interrupts were pending: 34, SysTick",
            ])
    }

    @Test func `the application's breakpoints and watchpoints are put back`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.breakpointControl |= 1
        fixture.fake.keep(0xE000_2008, 0x0800_0101)
        for (index, value) in [0x2000_0100, 4, 6].enumerated() {
            fixture.fake.keep(0xE000_1030 + 4 * UInt32(index), UInt32(value))
        }
        try fixture.core.cleanForCalls()
        try fixture.core.prepare(Fixture.site)
        // Once more in the middle, as after a call that failed: what is found then is our own.
        try fixture.core.cleanForCalls()
        try fixture.core.prepare(Fixture.site)
        #expect(fixture.fake.breakpointControl & 1 == 0)
        #expect(fixture.bus.word(at: 0xE000_1030) == 0x2400_5000)
        try fixture.core.restoreDebugUnits()
        #expect(fixture.fake.breakpointControl & 1 == 1)
        #expect(fixture.bus.word(at: 0xE000_2008) == 0x0800_0101)
        #expect((0..<3).map { fixture.bus.word(at: 0xE000_1030 + 4 * $0) } == [0x2000_0100, 4, 6])
        #expect((0..<3).map { fixture.bus.word(at: 0xE000_1020 + 4 * $0) } == [0, 0, 0])
    }
}
