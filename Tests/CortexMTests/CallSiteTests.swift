// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugTestKit
import Essentials
import Testing

@testable import CortexM

@Suite struct `The RAM around a call` {
    /// DWT_COMPn, DWT_MASKn and DWT_FUNCTIONn of a comparator.
    private func comparator(_ index: UInt32, of fixture: Fixture) -> [UInt32] {
        (0..<3).map { fixture.bus.word(at: 0xE000_1020 + 16 * index + 4 * $0) }
    }

    @Test func `stack and guard are filled by the core, not over the wire`() throws {
        let fixture = try Fixture().halted()
        fixture.bus.accesses = []
        try fixture.core.prepare(Fixture.site)
        #expect(fixture.bus.word(at: 0x2400_3000) == CallSite.pattern)
        #expect(fixture.bus.word(at: 0x2400_4FFC) == CallSite.pattern)
        #expect(fixture.bus.word(at: 0x2400_2FFC) != CallSite.pattern)
        #expect(fixture.bus.accesses.count { $0.isWrite } < 200)
    }

    @Test func `guard and gate are watched`() throws {
        let fixture = try Fixture().halted()
        try fixture.core.prepare(Fixture.site)
        #expect(comparator(0, of: fixture) == [0x2400_3000, 12, 6])
        #expect(comparator(1, of: fixture) == [0x2400_5000, 8, 6])
        // As another lays it out: nothing of that is watched.
        try fixture.core.prepare(Fixture.vendorSite)
        #expect(comparator(0, of: fixture)[2] == 0)
        #expect(comparator(1, of: fixture)[2] == 0)
    }

    @Test func `a core with one comparator, or with a short mask, watches what it can`() throws {
        let single = try Fixture().halted()
        single.fake.keep(0xE000_1000, 0x1000_0000)
        try single.core.prepare(Fixture.site)
        #expect(comparator(0, of: single)[2] == 6)
        #expect(single.fake.written(to: 0xE000_1038).isEmpty)

        let short = try Fixture().halted()
        short.bus.words[0xE000_1024] = .init(read: { 9 })
        try short.core.prepare(Fixture.site)
        #expect(comparator(0, of: short)[2] == 0)
        #expect(comparator(1, of: short)[2] == 6)
    }

    @Test(arguments: [
        (0xE000_1028 as UInt32, CallPostMortem.WatchedArea.stackGuard), (0xE000_1038, .gate),
    ])
    func `a store into a watched area is told from everything else`(
        register: UInt32, area: CallPostMortem.WatchedArea
    ) throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, _ in
            fake.memory.setWord(1 << 24 | 6, at: register)
            fake.memory.setWord(7, at: 0x2400_3FF8)
            fake.memory.setWord(7, at: 0x2400_3FE0)
            (fake.registers[13], fake.registers[14]) = (0x2400_3FE0, 0x2400_0777)
            // The fault is what the late halt let happen.
            fake.cfsr = 0x1_0000
            fake.stop(at: 0x2400_0770, because: 4 | 8)
        }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(fixture.call()) }
        #expect(error.code == "COR-018")
        guard case .callOverran(let mortem) = error else { return }
        #expect(mortem.watched == area)
        #expect(mortem.guardDamage == 0x2400_3FE0..<0x2400_3FFC)
        #expect(mortem.gateDamage == nil)
        #expect(mortem.samples.last?.sp == 0x2400_3FE0)
    }

    @Test func `what fell on the guard is found at the return even where nothing watches`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, _ in
            fake.memory.setWord(0, at: 0x2400_3FF0)
            fake.returnFromCall(1)
        }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(fixture.call()) }
        #expect(error.code == "COR-017")
        #expect(error.summary == "Init returned, but wrote below its stack of 4096 bytes")
    }

    @Test func `damage to the code for calls is found when a function does not come back`() throws {
        let fixture = try Fixture().halted()
        fixture.fake.behaviour = { fake, _ in
            fake.memory[0x2400_5064] = 0
            fake.stop(at: 0x2400_5064, because: 8)
        }
        let error = try #require(throws: CoreError.self) { _ = try fixture.core.call(fixture.call()) }
        guard case .callFaulted(let mortem) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(mortem.gateDamage == 0x2400_5064)
        // The next call finds everything in place again.
        fixture.fake.behaviour = { fake, _ in fake.returnFromCall(1) }
        #expect(try fixture.core.call(fixture.call()).r0 == 1)
        #expect(fixture.bus[0x2400_5064] == 0x72)
        #expect(comparator(0, of: fixture) == [0x2400_3000, 12, 6])
    }

    @Test func `the high-water mark is what was touched`() throws {
        let fixture = try Fixture().halted()
        #expect(try fixture.core.stackHighWaterMark(of: Fixture.site) == nil)
        try fixture.core.prepare(Fixture.site)
        #expect(try fixture.core.stackHighWaterMark(of: Fixture.site) == 0)
        fixture.bus.setWord(3, at: 0x2400_4FC0)
        #expect(try fixture.core.stackHighWaterMark(of: Fixture.site) == 0x40)
    }

    @Test func `a running core's RAM is not touched`() throws {
        let fixture = try Fixture()
        fixture.bus.accesses = []
        let error = try #require(throws: CoreError.self) { try fixture.core.prepare(Fixture.site) }
        #expect(error.code == "COR-004")
        #expect(
            error.summary == "M7 is running, but calling a function needs it halted (DHCSR 0x00010000)")
        #expect(fixture.bus.accesses.allSatisfy { !$0.isWrite })
    }
}

@Suite struct `Looks at a running call` {
    /// How long after its end a call is seen to be over, and after how many looks.
    private func looks(
        at duration: Duration, expecting expected: Duration?
    ) -> (delay: Duration, count: Int) {
        var elapsed: Duration = .zero
        var count = 1
        while elapsed < duration {
            elapsed += CallPoll.pause(after: elapsed, expecting: expected)
            count += 1
        }
        return (elapsed - duration, count)
    }

    @Test(arguments: [0.2, 3, 140, 2_000], [0.9, 0.98, 1, 1.02, 1.1])
    func `an expected end is seen soon, and cheaply`(milliseconds: Double, factor: Double) {
        let expected = Duration.seconds(milliseconds / 1_000)
        let (delay, count) = looks(at: expected * factor, expecting: expected)
        let bound = max(.microseconds(50), expected / 32) + .microseconds(1)
        #expect(
            delay
                <= (factor < 1
                    ? max(bound, min(expected / 8, .milliseconds(10))) : min(bound * 2, .milliseconds(10))))
        #expect(count < 40 + Int(milliseconds / 10) * 2)
    }

    @Test(arguments: [0.2, 3, 140, 2_000])
    func `an unexpected end costs an eighth at most`(milliseconds: Double) {
        let duration = Duration.seconds(milliseconds / 1_000)
        let (delay, _) = looks(at: duration, expecting: nil)
        #expect(delay <= max(.microseconds(50), min(duration / 8, .milliseconds(10))))
    }
}
