// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import CMSISDAPProbe

@Suite struct `Transfers through CMSIS-DAP` {
    private typealias Step = ScriptedInterface.Step
    private let word = DAPRegister.accessPort(0, 0xc)

    private func failure(
        _ fixture: CMSISDAPFixture, _ operations: [DAPOperation]
    ) throws -> (FailedAcknowledge, Int, [UInt32]) {
        let error = try #require(throws: ProbeError.self) { try fixture.probe.execute(operations) }
        guard case .acknowledge(let answer, let operation, let values) = error else { throw error }
        return (answer, operation, values)
    }
    /// Block reads of the DRW in full 64-byte packets, and their answers.
    private func blockReads(_ counts: [Int]) -> (
        operations: [DAPOperation], requests: [Step], replies: [Step]
    ) {
        var next: UInt32 = 0
        var replies: [Step] = []
        for count in counts {
            replies.append(.reply([6, UInt8(count), 0, 1] + words((0..<count).map { next + UInt32($0) })))
            next += UInt32(count)
        }
        return (
            [.readRepeated(word, count: counts.reduce(0, +))],
            counts.map { .out([6, 0, UInt8($0), 0, 0x0f]) }, replies
        )
    }
    private let selectFirst = dap("05 00 02 08 00 00 00 00 03", "05 02 01 52 00 00 23")

    @Test func `as many packets are under way as the probe has buffers`() throws {
        let (operations, requests, replies) = blockReads([15, 15, 15, 15, 15, 5])
        // The script demands four requests before the first response, then one for one.
        let script =
            selectFirst + requests[0..<4] + [replies[0], requests[4], replies[1], requests[5]] + replies[2...]
        let fixture = try CMSISDAPFixture.connected(size: 64, count: 4, script)
        _ = try fixture.probe.execute([.read(.accessPort(0, 0))])
        #expect(try fixture.probe.execute(operations) == [UInt32](0..<80))
        #expect(fixture.usb.deepestPipeline == 4)
        #expect(fixture.complaints == [])
    }

    @Test func `a probe with one buffer gets one packet at a time`() throws {
        let (operations, requests, replies) = blockReads([15, 15, 2])
        let script = selectFirst + zip(requests, replies).flatMap { [$0, $1] }
        let fixture = try CMSISDAPFixture.connected(size: 64, count: 1, script)
        _ = try fixture.probe.execute([.read(.accessPort(0, 0))])
        #expect(try fixture.probe.execute(operations) == [UInt32](0..<32))
        #expect(fixture.usb.deepestPipeline == 1)
        #expect(fixture.complaints == [])
    }

    @Test func `nothing is sent ahead of another operation`() throws {
        // Two repeated reads of different registers: the second's blocks wait for the first's.
        let first: [Step] = [.out([6, 0, 15, 0, 0x0e]), .out([6, 0, 5, 0, 0x0e])]
        let second: [Step] = [.out([6, 0, 15, 0, 0x06]), .out([6, 0, 5, 0, 0x06])]
        let replies: [Step] = [15, 5].map {
            .reply([6, UInt8($0), 0, 1] + words([UInt32](repeating: 9, count: $0)))
        }
        let script =
            dap("05 00 02 08 00 00 00 00 06", "05 02 01 00 00 00 00") + first + replies + second + replies
        let fixture = try CMSISDAPFixture.connected(size: 64, count: 4, script)
        _ = try fixture.probe.execute([.read(.debugPort(4))])
        _ = try fixture.probe.execute([
            .readRepeated(.debugPort(0xc), count: 20), .readRepeated(.debugPort(4), count: 20),
        ])
        #expect(fixture.usb.deepestPipeline == 2)
        #expect(fixture.complaints == [])
    }

    /// Runs of 20 words from consecutive addresses, one after the other, each as TAR with 15 reads and a block of 5.
    private func runs(_ count: Int, failing: Int? = nil) -> (
        operations: [DAPOperation], requests: [Step], replies: [Step]
    ) {
        var (operations, requests, replies): ([DAPOperation], [Step], [Step]) = ([], [], [])
        for run in 0..<count {
            let address = 0x2000_0000 + UInt32(run) * 80, first = UInt32(run) * 20
            operations += [.write(.accessPort(0, 4), address), .readRepeated(word, count: 20)]
            requests.append(
                .out([5, 0, 16, 0x05] + words([address]) + [UInt8](repeating: 0x0f, count: 15)))
            requests.append(.out([6, 0, 5, 0, 0x0f]))
            replies.append(.reply([5, 16, 1] + words([UInt32](first..<first + 15))))
            replies.append(.reply([6, 5, 0, 1] + words([UInt32](first + 15..<first + 20))))
        }
        return (operations, requests, replies)
    }

    @Test func `reads run ahead from address to address once the first packet is answered`() throws {
        let (operations, requests, replies) = runs(3)
        let script =
            selectFirst + [requests[0], replies[0]] + requests[1...4] + [replies[1], requests[5]]
            + replies[2...]
        let fixture = try CMSISDAPFixture.connected(size: 64, count: 4, script)
        _ = try fixture.probe.execute([.read(.accessPort(0, 0))])
        #expect(try fixture.probe.execute(operations) == [UInt32](0..<60))
        #expect(fixture.usb.deepestPipeline == 4)
        #expect(fixture.complaints == [])
    }

    @Test func `the first failure is the one that counts, whatever the packets behind it say`() throws {
        let (operations, requests, replies) = runs(3)
        // The third packet fails at its fourth word, which the fifth was posted for; silence does not stop those behind it.
        let failed = Step.reply([5, 5, 7] + words([20, 21, 22]))
        let script =
            selectFirst + [requests[0], replies[0]] + requests[1...4] + [replies[1], requests[5]]
            + [failed] + replies[3...]
        let fixture = try CMSISDAPFixture.connected(size: 64, count: 4, script)
        _ = try fixture.probe.execute([.read(.accessPort(0, 0))])
        let (answer, operation, values) = try failure(fixture, operations)
        #expect((answer, operation) == (FailedAcknowledge.none, 3))
        #expect(values == [UInt32](0..<23))
        #expect(fixture.complaints == [])
    }

    @Test(arguments: [
        [DAPOperation.write(.accessPort(0, 0), 0x2300_0042)], [.write(.accessPort(0, 0xc), 1)],
        [.read(.accessPort(0, 0xc))], [.read(.accessPort(1, 0xc))],
    ]) func `nothing but reads of a run goes ahead`(other: [DAPOperation]) throws {
        let (operations, _, _) = runs(2)
        let limits = PacketLimits(packetSize: 64, silentEnd: 64)
        let packets = TransferPlan(operations + other + operations, limits: limits, select: nil).packets
        // SELECT comes first.
        #expect(!packets[0].isStreamed)
        let barriers = packets.indices.dropFirst().filter { !packets[$0].isStreamed }
        #expect(!barriers.isEmpty)
        for barrier in barriers {
            #expect(!packets[barrier].mayFollow(packets[barrier - 1..<barrier]))
            #expect(!packets[barrier + 1].mayFollow(packets[barrier..<barrier + 1]))
        }
        // Nor anything before the first packet is answered: where TAR pointed to before is not known.
        #expect(!packets[1].mayFollow(packets[0..<1]))
        let known = TransferPlan(operations, limits: limits, select: 0).packets
        #expect(known[0].isStreamed && !known[1].mayFollow(known[0..<1]))
    }

    @Test func `the packet that sets the address is answered before data follows`() throws {
        let data = [UInt32](repeating: 0x1111_1111, count: 40)
        let first = Step.out(bytes("05 00 0c 05 00 00 00 20") + data[..<11].flatMap { [0x0d] + words([$0]) })
        let blocks: [Step] = [14, 14, 1].map { .out([6, 0, UInt8($0), 0, 0x0d] + words(data[..<$0])) }
        let script =
            selectFirst + [first, .reply([5, 12, 1])] + blocks[0...2]
            + [.reply([6, 14, 0, 1]), .reply([6, 14, 0, 1]), .reply([6, 1, 0, 1])]
        let fixture = try CMSISDAPFixture.connected(size: 64, count: 4, script)
        _ = try fixture.probe.execute([.read(.accessPort(0, 0))])
        _ = try fixture.probe.execute([.write(.accessPort(0, 4), 0x2000_0000), .writeRepeated(word, data)])
        let events = fixture.usb.events.drop {
            $0 != .submitOut(endpoint: 3, bytes("05 00 02 08 00 00 00 00 03"))
        }
        // Request and its read, both completed, before the next request goes out.
        let outs = events.map {
            if case .submitOut = $0 { "out" } else if case .completeIn = $0 { "in" } else { "" }
        }
        #expect(
            outs.filter { !$0.isEmpty } == ["out", "in", "out", "in", "out", "out", "out", "in", "in", "in"])
        #expect(fixture.complaints == [])
    }

    @Test func `a failure in the middle keeps the words before it and collects the packets behind it`() throws
    {
        let (operations, requests, replies) = blockReads([15, 15, 15, 15, 15])
        let failed = Step.reply([6, 3, 0, 4] + words([15, 16, 17]))
        let faulty = Step.reply([6, 0, 0, 4])
        let script =
            selectFirst + requests[0..<4] + [replies[0], requests[4], failed, faulty, faulty, faulty]
            // SELECT is still known: it could not be written now
            + dap("05 00 01 06", "05 01 01 20 00 00 f0")
        let fixture = try CMSISDAPFixture.connected(size: 64, count: 4, script)
        _ = try fixture.probe.execute([.read(.accessPort(0, 0))])
        let (answer, operation, values) = try failure(fixture, operations)
        #expect((answer, operation) == (.fault, 0))
        #expect(values == [UInt32](0..<18))
        #expect(try fixture.probe.execute([.read(.debugPort(4))]) == [0xf000_0020])
        #expect(fixture.complaints == [])
    }

    @Test func `the failing operation is found among many`() throws {
        let script = dap(
            "05 00 05 08 f0 00 00 00 0f 08 00 00 00 03 01 52 00 00 23 06", "05 04 04 01 00 77 84")
        let fixture = try CMSISDAPFixture.connected(script)
        let (answer, operation, values) = try failure(
            fixture,
            [.read(.accessPort(0, 0xfc)), .write(.accessPort(3, 0), 0x2300_0052), .read(.debugPort(4))])
        #expect((answer, operation) == (.fault, 2))
        #expect(values == [0x8477_0001])
        #expect(fixture.complaints == [])
    }

    @Test func `WAIT that outlasts the probe is given up with DAPABORT, FAULT is left to see`() throws {
        let read = dap("05 00 02 08 00 00 00 00 0f")
        let again = dap("05 00 01 0f")
        let script =
            read + [.reply(bytes("05 01 02"))] + dap("08 00 01 00 00 00", "08 00") + again + [
                .reply(bytes("05 01 04"))
            ]
        let fixture = try CMSISDAPFixture.connected(script)
        #expect(try failure(fixture, [.read(word)]).0 == .wait)
        #expect(try failure(fixture, [.read(word)]).0 == .fault)
        #expect(fixture.complaints == [])
    }

    @Test func `silence leaves SELECT unknown`() throws {
        let read = dap("05 00 02 08 00 00 00 00 0f")
        let script = read + [.reply(bytes("05 01 07"))] + read + [.reply(bytes("05 02 01 07 00 00 00"))]
        let fixture = try CMSISDAPFixture.connected(script)
        #expect(try failure(fixture, [.read(word)]).0 == FailedAcknowledge.none)
        #expect(try fixture.probe.execute([.read(word)]) == [7])
        #expect(fixture.complaints == [])
    }

    @Test func `HID reports are full both ways, and padding is not data`() throws {
        let script = reports(
            dap("05 00 02 08 00 00 00 00 0f", "05 02 01 2a 00 00 00") + dap("05 00 01 0f", "05 01 04"))
        let fixture = try CMSISDAPFixture.connectedHID(script)
        #expect(try fixture.probe.execute([.read(word)]) == [42])
        #expect(try failure(fixture, [.read(word)]) == (.fault, 0, []))
        #expect(fixture.usb.sent.allSatisfy { $0.count == 64 })
        #expect(fixture.complaints == [])
    }

    @Test func `without an OUT endpoint reports go through endpoint 0`() throws {
        let device = USBDeviceDescription.cmsisDAP(.hidInterface(2, hasOut: false), speed: .full)
        let usb = ScriptedInterface(device, interface: 2, script: reports(CMSISDAPFixture.opening(size: 64)))
        let probe = try CMSISDAPProbe(
            opening: device, interface: 2, on: ScriptedBus(usb), timebase: VirtualTime(), trace: .silent)
        #expect(probe.channel.packetSize == 64)
        #expect(
            usb.events.contains(
                .control(request: 0x09, value: 0x0200, index: 2, bytes("00 ff", paddedTo: 64))))
        #expect(usb.complaints == [])
    }

    @Test func `a request that ends with a full USB packet gets an empty one behind it`() throws {
        // Full speed: 64-byte packets below a 512-byte buffer. 3 + 5 + 14 × 4 = 64.
        let device = USBDeviceDescription.cmsisDAP(.bulkInterface(0, packet: 64), speed: .full)
        let data = [UInt32](repeating: 5, count: 123)
        let even = Step.out([6, 0, 123, 0, 0x0d] + words(data))  // 497 bytes: no
        let script = CMSISDAPFixture.connecting + selectFirst + [even, .reply([6, 123, 0, 1])]
        let fixture = try CMSISDAPFixture(device, opening: CMSISDAPFixture.opening() + script)
        try fixture.probe.connect(clock: .megahertz(10))
        _ = try fixture.probe.execute([.read(.accessPort(0, 0))])
        _ = try fixture.probe.execute([.writeRepeated(word, data)])
        #expect(!fixture.usb.sent.contains([]))
        // 3 + 61 reads = 64 bytes.
        let reads = [DAPOperation](repeating: .read(.debugPort(0xc)), count: 61)
        fixture.usb.extend([
            .out([5, 0, 61] + [UInt8](repeating: 0x0e, count: 61)), .out([]),
            .reply([5, 61, 1] + words([UInt32](0..<61))),
        ])
        #expect(try fixture.probe.execute(reads) == [UInt32](0..<61))
        #expect(fixture.complaints == [])
    }

    @Test func `an empty packet before a response is passed over`() throws {
        let script = dap("05 00 01 0e") + [.reply([]), .reply(bytes("05 01 01 07 00 00 00"))]
        let fixture = try CMSISDAPFixture.connected(script)
        #expect(try fixture.probe.execute([.read(.debugPort(0xc))]) == [7])
        #expect(fixture.complaints == [])
    }

    @Test func `nothing is done without connecting`() throws {
        let fixture = try CMSISDAPFixture()
        #expect(throws: ProbeError.self) { try fixture.probe.execute([.read(.debugPort(0))]) }
        #expect(throws: ProbeError.self) { try fixture.probe.resetLine() }
        #expect(try fixture.probe.targetVoltage() == nil)
        #expect(try fixture.probe.blockMemory(accessPort: 0) == nil)
        #expect(fixture.complaints == [])
    }
}
