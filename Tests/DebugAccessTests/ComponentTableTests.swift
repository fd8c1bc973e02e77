// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugTestKit
import Testing

@Suite struct `ROM tables` {
    private func identify(
        _ memory: FakeMemory, at address: UInt32, class componentClass: UInt32, part: UInt32, designer: UInt32
    ) {
        let low = part | (designer & 0x7F) << 12 | 1 << 19
        for index in 0..<UInt32(4) {
            memory.setWord(low >> (8 * index) & 0xFF, at: address + 0xFE0 + 4 * index)
            memory.setWord(index == 0 ? designer >> 7 : 0, at: address + 0xFD0 + 4 * index)
            memory.setWord(
                (0xB105_000D | componentClass << 12) >> (8 * index) & 0xFF, at: address + 0xFF0 + 4 * index)
        }
    }

    /// The H7's debug bus: DBGMCU without identification, a part that faults, a table that points back.
    private func fixture() throws -> Fixture {
        let fixture = try Fixture()
        let bus = fixture.debugBus
        fixture.probe.accessPorts[2]?.base = 0xE00E_0003
        identify(bus, at: 0xE00E_0000, class: 1, part: 0x450, designer: 0x020)
        bus.setWord(0x0000_1003, at: 0xE00E_0000)
        bus.setWord(0x0000_3003, at: 0xE00E_0004)
        bus.setWord(0x0000_4002, at: 0xE00E_0008)
        bus.setWord(0x0001_0003, at: 0xE00E_000C)
        bus.setWord(0, at: 0xE00E_0010)
        for offset in stride(from: UInt32(0xFD0), to: 0x1000, by: 4) {
            bus.setWord(0, at: 0xE00E_1000 + offset)
        }
        identify(bus, at: 0xE00E_3000, class: 9, part: 0x914, designer: 0x23B)
        identify(bus, at: 0xE00F_0000, class: 1, part: 0x001, designer: 0x020)
        bus.setWord(0xFFFF_0003, at: 0xE00F_0000)
        bus.setWord(0x0000_1003, at: 0xE00F_0004)
        bus.setWord(0, at: 0xE00F_0008)
        bus.faults = [0xE00F_1000...0xE00F_1FFF]
        return fixture
    }

    @Test func `lists components, tolerates a bad one and a dead one, and does not walk in circles`() throws {
        let fixture = try fixture()
        let components = try ComponentTable.components(behind: fixture.memory(2))
        #expect(
            components.map(\.address) == [0xE00E_0000, 0xE00E_1000, 0xE00E_3000, 0xE00F_0000, 0xE00F_1000])
        #expect(components.map(\.depth) == [0, 1, 1, 1, 2])
        #expect(components[0].identity == .known(componentClass: 1, designer: 0x020, part: 0x450))
        #expect(components[1].identity == .unidentified(cidr: 0))
        #expect(components[2].identity == .known(componentClass: 9, designer: 0x23B, part: 0x914))
        #expect(components[4].identity == .unreadable("DAP-005"))
    }

    @Test(arguments: [0, 2, .max] as [UInt32]) func `an access port may have none`(base: UInt32) throws {
        let fixture = try fixture()
        fixture.probe.accessPorts[2]?.base = base
        #expect(try ComponentTable.components(behind: fixture.memory(2)).isEmpty)
    }

    @Test func `a table made of garbage ends`() throws {
        let fixture = try Fixture()
        fixture.probe.accessPorts[2]?.base = 0xE00E_0003
        for page in 0..<UInt32(256) {
            identify(fixture.debugBus, at: 0xE00E_0000 + page << 12, class: 1, part: page, designer: 0x23B)
            for entry in 0..<UInt32(64) {
                fixture.debugBus.setWord((entry + 1) << 12 | 3, at: 0xE00E_0000 + page << 12 + entry * 4)
            }
        }
        #expect(try ComponentTable.components(behind: fixture.memory(2)).count == 64)
    }
}
