// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import DebugTestKit
import Essentials
import Testing

@Suite struct `Debug port power-up` {
    @Test func `reads DPIDR first, clears old flags, then asks for power`() throws {
        let fixture = try Fixture()
        #expect(
            fixture.probe.batches == [
                [.read(.debugPort(0x0))],
                [.write(.debugPort(0x0), 0x1E)],
                [.write(.debugPort(0x4), 0x5000_0000)],
                [.read(.debugPort(0x4))],
            ])
        let dpidr = try #require(fixture.port.identification)
        #expect(dpidr.designer == 0x23B)
        #expect(dpidr.version == 2)
        #expect(dpidr.partNumber == 0xBA)
    }

    @Test func `gives up at the deadline and says which acknowledge is missing`() throws {
        let fixture = try Fixture(connected: false)
        fixture.probe.acknowledgesPower = false
        let error = try #require(throws: DebugAccessError.self) {
            try fixture.port.connect(clock: .megahertz(4))
        }
        #expect(error.code == "DAP-004")
        #expect(fixture.time.now == DebugPort.powerUpLimit)
        #expect(error.remedies.first?.contains("under-reset") == true)
    }

    @Test(arguments: [0, .max, 0x6BA0_2476] as [UInt32])
    func `a line that is stuck is no debug port`(value: UInt32) throws {
        let fixture = try Fixture(connected: false)
        fixture.probe.identification = value
        let error = try #require(throws: DebugAccessError.self) {
            try fixture.port.connect(clock: .megahertz(4))
        }
        #expect(error.code == "DAP-002")
    }
}

@Suite struct `Recovery` {
    /// CTRL/STAT flags and the ABORT bits that clear them (ADIv5.2 §B2.2).
    static let flags: [(flags: UInt32, abort: UInt32)] = [
        (0x20, 0x04), (0x80, 0x08), (0x02, 0x10), (0x10, 0x02), (0xA0, 0x0C),
    ]

    @Test(arguments: flags)
    func `clears exactly the sticky flags that are set`(flags: UInt32, expected: UInt32) throws {
        let fixture = try Fixture()
        let before = fixture.probe.aborts.count
        fixture.probe.stickyFlags = flags
        // A bus error is reported, everything else is cleared and the access made again.
        _ = try? fixture.port.readRegister(.accessPort(0, 0xFC))
        #expect(fixture.probe.aborts[before...].first == expected)
        #expect(fixture.probe.stickyFlags == 0)
    }

    @Test func `an access that was refused for a flag of somebody else is made again`() throws {
        let fixture = try Fixture()
        fixture.probe.stickyFlags = 1 << 7
        #expect(try fixture.port.readRegister(.accessPort(0, 0xFC)) == 0x8477_0001)
    }

    @Test func `a bus error is reported once, with its address, and the next access works`() throws {
        let fixture = try Fixture()
        fixture.bus.faults = [0x5200_5010...0x5200_5013]
        let memory = fixture.memory()
        let error = try #require(throws: DebugAccessError.self) { _ = try memory.read(64, at: 0x5200_5000) }
        guard case .busFault(0, 0x5200_5010, isWrite: false, _) = error else {
            Issue.record("\(error)")
            return
        }
        let faulted = fixture.bus.accesses.filter { $0.address == 0x5200_5010 }
        #expect(faulted.count == 1)
        #expect(try memory.readWord(at: 0x5200_5000) == fixture.bus.word(at: 0x5200_5000))
    }

    @Test func `a write's bus error says that it was a write`() throws {
        let fixture = try Fixture()
        fixture.bus.faults = [0x9000_0000...0x9000_FFFF]
        let error = try #require(throws: DebugAccessError.self) {
            try fixture.memory().write([1, 2, 3, 4], at: 0x9000_0000)
        }
        #expect(error.summary.contains("write at 0x90000000"))
    }

    @Test func `silence makes it reset the line and try again`() throws {
        let fixture = try Fixture()
        let start = fixture.probe.batches.count
        fixture.probe.failures[start] = .answer(.none)
        #expect(try fixture.port.readRegister(.accessPort(0, 0xFC)) == 0x8477_0001)
        #expect(fixture.probe.events.suffix(6).first == "line reset")
        // DPIDR is the first access after the reset.
        #expect(fixture.probe.batches[start + 1] == [.read(.debugPort(0x0))])
    }

    @Test func `silence that stays is an error that says how often it tried`() throws {
        let fixture = try Fixture()
        fixture.probe.interfere = { _ in .answer(.none) }
        let error = try #require(throws: DebugAccessError.self) {
            _ = try fixture.port.readRegister(.accessPort(0, 0xFC))
        }
        guard case .connectionLost(attempts: 3, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(fixture.probe.events.filter { $0 == "line reset" }.count == 2)
    }

    @Test func `a bus that never answers is aborted after a bounded number of tries`() throws {
        let fixture = try Fixture()
        let memory = fixture.memory()
        _ = try memory.readWord(at: 0x2400_0000)
        let start = fixture.probe.batches.count
        fixture.probe.interfere = { probe in
            if case .read(.debugPort)? = probe.batches.last?.first { return nil }
            if case .write(.debugPort, _)? = probe.batches.last?.first { return nil }
            return .answer(.wait)
        }
        let error = try #require(throws: DebugAccessError.self) { _ = try memory.readWord(at: 0x2400_0010) }
        guard case .busStalled(0, 0x2400_0010, attempts: 3) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(fixture.probe.aborts.last == 0x1F)
        #expect(fixture.batches(since: start).count == 4)
    }

    @Test func `power that a reset took away is asked for again`() throws {
        let fixture = try Fixture()
        fixture.probe.losePower()
        #expect(try fixture.port.readRegister(.accessPort(0, 0xFC)) == 0x8477_0001)
        #expect(fixture.probe.isPowered)
    }

    @Test func `a probe that fails for itself is not retried`() throws {
        let fixture = try Fixture()
        let start = fixture.probe.batches.count
        fixture.probe.failures[start] = .unsupported(feature: "this", needs: "that")
        let error = try #require(throws: DebugAccessError.self) {
            _ = try fixture.port.readRegister(.accessPort(0, 0xFC))
        }
        #expect(error.code == "DAP-001")
        #expect(error.cause?.code == "PRB-006")
        #expect(fixture.probe.batches.count == start + 1)
    }
}

@Suite struct `Access port discovery` {
    @Test func `lists what is there and tolerates a dead access port`() throws {
        let fixture = try Fixture()
        fixture.probe.accessPorts[1] = FakeAccessPort(memory: fixture.bus)
        let dead = FakeAccessPort(identification: 0x2477_0011, memory: fixture.bus)
        dead.isDead = true
        fixture.probe.accessPorts[3] = dead
        var findings: [AccessPortFinding] = []
        for index in UInt8(0)..<4 { findings.append(try fixture.port.identifyAccessPort(index)) }
        #expect(findings.map(\.index) == [0, 1, 2, 3])
        #expect(findings[2].identification?.bus == .apb)
        #expect(findings[0].identification?.portClass == .memory)
        #expect(findings[0].identification?.designer == 0x23B)
        guard case .unreadable = findings[3].outcome else {
            Issue.record("\(findings[3])")
            return
        }
    }

    @Test func `tells an absent access port from an unreadable one`() throws {
        let fixture = try Fixture()
        guard case .absent = try fixture.port.identifyAccessPort(1).outcome else {
            Issue.record("there is no access port 1")
            return
        }
    }
}
