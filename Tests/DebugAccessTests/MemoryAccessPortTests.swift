// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import DebugTestKit
import Essentials
import Testing

@Suite struct `Memory behind an access port` {
    @Test func `the first access reads IDR and CSW and keeps the upper bits`() throws {
        let fixture = try Fixture()
        let start = fixture.probe.batches.count
        let memory = fixture.memory(isCacheable: true)
        let value = try memory.readWord(at: 0x2400_0004)
        #expect(value == fixture.bus.word(at: 0x2400_0004))
        #expect(
            fixture.batches(since: start) == [
                [.read(.accessPort(0, 0xFC))], [.read(.accessPort(0, 0x00))],
                [
                    // Found 0x43…: kept, with HPROT data, privileged and cacheable; word, single increment.
                    .write(.accessPort(0, 0x00), 0x4B00_0012), .write(.accessPort(0, 0x04), 0x2400_0004),
                    .readRepeated(.accessPort(0, 0x0C), count: 1),
                ],
            ])
    }

    @Test func `the debug bus keeps its software access bit, even where it was lost`() throws {
        let fixture = try Fixture()
        fixture.probe.accessPorts[2]?.csw = 0x0000_0042
        _ = try fixture.memory(2).readWord(at: 0xE00E_1000)
        #expect((fixture.probe.accessPorts[2]?.csw ?? 0) >> 31 == 1)
    }

    @Test func `CSW is written again only when the width changes`() throws {
        let fixture = try Fixture()
        let memory = fixture.memory()
        _ = try memory.readWord(at: 0x2400_0000)
        let start = fixture.probe.batches.count
        _ = try memory.readWord(at: 0x2400_0100)
        _ = try memory.read(1, at: 0x2400_0001)
        #expect(
            fixture.batches(since: start).map(\.first) == [
                .write(.accessPort(0, 0x04), 0x2400_0100), .write(.accessPort(0, 0x00), 0x4300_0010),
            ])
    }

    @Test func `TAR is written at every kilobyte`() throws {
        let fixture = try Fixture()
        let memory = fixture.memory()
        _ = try memory.readWord(at: 0x2400_0000)
        let start = fixture.probe.batches.count
        _ = try memory.read(1_024 + 8, at: 0x2400_03F8)
        #expect(
            fixture.batches(since: start) == [
                [
                    .write(.accessPort(0, 0x04), 0x2400_03F8), .readRepeated(.accessPort(0, 0x0C), count: 2),
                    .write(.accessPort(0, 0x04), 0x2400_0400),
                    .readRepeated(.accessPort(0, 0x0C), count: 256),
                ]
            ])
    }

    @Test func `after a line reset CSW is not taken for granted`() throws {
        let fixture = try Fixture()
        let memory = fixture.memory()
        _ = try memory.readWord(at: 0x2400_0000)
        try fixture.port.reconnect(within: .seconds(1))
        let start = fixture.probe.batches.count
        _ = try memory.readWord(at: 0x2400_0000)
        #expect(fixture.batches(since: start).count == 3)
    }

    @Test(arguments: [nil, 512] as [Int?]) func `any range at any alignment is moved as bytes in an array`(
        blockLimit: Int?
    ) throws {
        let fixture = try Fixture()
        fixture.probe.blockLimit = blockLimit
        let memory = fixture.memory()
        var generator = SeededGenerator(seed: 7)
        let base: UInt32 = 0x2400_0000
        var model = (0..<UInt32(4_096)).map { fixture.bus[base + $0] }
        for _ in 0..<300 {
            let start = Int.random(in: 0..<3_000, using: &generator)
            let count = Int.random(in: 0...1_096, using: &generator)
            if Bool.random(using: &generator) {
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                try memory.write(bytes, at: base + UInt32(start))
                model.replaceSubrange(start..<start + count, with: bytes)
            } else {
                #expect(
                    try memory.read(count, at: base + UInt32(start)) == Array(model[start..<start + count]))
            }
        }
        #expect((0..<UInt32(4_096)).map { fixture.bus[base + $0] } == model)
    }

    @Test(arguments: 0..<8 as Range<UInt32>, 0..<10)
    func `nothing outside the range is touched`(offset: UInt32, count: Int) throws {
        let fixture = try Fixture()
        let address = 0x3000_0000 + offset
        let bytes = (0..<count).map { UInt8($0 + 1) }
        try fixture.memory().write(bytes, at: address)
        var touched: [UInt32] = []
        for access in fixture.bus.accesses where access.isWrite {
            touched += (0..<UInt32(access.width.rawValue)).map { access.address + $0 }
        }
        #expect(touched == (0..<UInt32(count)).map { address + $0 })
        #expect((0..<UInt32(count)).map { fixture.bus[address + $0] } == bytes)
    }

    @Test func `the last bytes of the address space can be read, and not one more`() throws {
        let fixture = try Fixture()
        let memory = fixture.memory()
        let expected = (0..<UInt32(6)).map { fixture.bus[0xFFFF_FFFA + $0] }
        #expect(try memory.read(6, at: 0xFFFF_FFFA) == expected)
        let error = try #require(throws: DebugAccessError.self) { _ = try memory.read(7, at: 0xFFFF_FFFA) }
        #expect(error.code == "DAP-009")
    }

    @Test func `a bus of words refuses anything else before it reaches the wire`() throws {
        let fixture = try Fixture()
        let error = try #require(throws: DebugAccessError.self) {
            _ = try fixture.memory(2).read(2, at: 0xE00E_1000)
        }
        #expect(error.code == "DAP-010")
        #expect(fixture.debugBus.accesses.isEmpty)
    }

    @Test func `an absent access port is named`() throws {
        let fixture = try Fixture()
        let error = try #require(throws: DebugAccessError.self) {
            _ = try fixture.memory(5).readWord(at: 0)
        }
        #expect(error.summary == "there is no AP5")
    }

    @Test func `block commands stay within their limits and use narrow widths at the edges`() throws {
        let fixture = try Fixture()
        fixture.probe.blockLimit = 512
        _ = try fixture.memory().read(1_000, at: 0x2400_0001)
        #expect(
            fixture.probe.blocks == [
                "read 3 at 0x24000001 as byte", "read 512 at 0x24000004 as word",
                "read 484 at 0x24000204 as word",
                "read 1 at 0x240003e8 as byte",
            ])
    }

    @Test func `a block command's bus error carries the probe's address`() throws {
        let fixture = try Fixture()
        fixture.probe.blockLimit = 512
        fixture.bus.faults = [0x9000_0040...0x9000_0043]
        let error = try #require(throws: DebugAccessError.self) {
            _ = try fixture.memory().read(256, at: 0x9000_0000)
        }
        #expect(error.summary.contains("0x90000040"))
    }

    @Test func `a block command that met silence is made again after a line reset`() throws {
        let fixture = try Fixture()
        fixture.probe.blockLimit = 512
        fixture.probe.blockFailures[0] = .memoryAccess(.none, address: 0x2400_0000, status: 4)
        let value = try fixture.memory().readWord(at: 0x2400_0000)
        #expect(value == fixture.bus.word(at: 0x2400_0000))
        #expect(fixture.probe.events.contains("line reset"))
    }
}

@Suite struct `Words in one batch` {
    @Test func `words of one 16-byte block need TAR once`() throws {
        let fixture = try Fixture()
        let memory = fixture.memory()
        _ = try memory.readWord(at: 0)
        let start = fixture.probe.batches.count
        let values = try memory.perform([
            .write(0xE000_EDF4, 15), .read(0xE000_EDF0), .read(0xE000_EDF8), .read(0xE000_ED28),
        ])
        #expect(values[2] == fixture.bus.word(at: 0xE000_ED28))
        #expect(
            fixture.batches(since: start) == [
                [
                    .write(.accessPort(0, 0x00), 0x4300_0002), .write(.accessPort(0, 0x04), 0xE000_EDF0),
                    .write(.accessPort(0, 0x14), 15), .read(.accessPort(0, 0x10)),
                    .read(.accessPort(0, 0x18)),
                    .write(.accessPort(0, 0x04), 0xE000_ED20), .read(.accessPort(0, 0x18)),
                ]
            ])
    }

    @Test func `repeated writes go to one address`() throws {
        let fixture = try Fixture()
        var written: [UInt32] = []
        fixture.bus.words[0xE000_EF74] = .init(read: { 0 }, write: { written.append($0) })
        try fixture.memory().writeRepeatedly([1, 2, 3], at: 0xE000_EF74)
        #expect(written == [1, 2, 3])
    }

    @Test func `a write that does not stick is found by reading back`() throws {
        let fixture = try Fixture()
        fixture.bus.words[0x2400_0004] = .init(read: { 0x5555_5555 })
        let error = try #require(throws: DebugAccessError.self) {
            try fixture.memory().writeVerified([UInt8](0..<12), at: 0x2400_0000)
        }
        guard case .verifyMismatch(0x2400_0004, wrote: 4, found: 0x55, differing: 4, of: 12) = error else {
            Issue.record("\(error)")
            return
        }
    }
}
