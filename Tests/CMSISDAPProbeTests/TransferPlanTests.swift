// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit

@testable import CMSISDAPProbe

@Suite struct `CMSIS-DAP packing` {
    private func requests(
        _ operations: [DAPOperation], size: Int = 512, silentEnd: Int? = 512, select: UInt32? = 0
    ) -> [[UInt8]] {
        TransferPlan(operations, limits: PacketLimits(packetSize: size, silentEnd: silentEnd), select: select)
            .packets.map(\.request)
    }

    @Test func `a transfer block fills its packet exactly`() {
        // 14 and 15 words in 64 bytes, 125 and 126 in ORBTrace's 508 (as captured), 126 and 127 in 512.
        for (size, writes, reads) in [(64, 14, 15), (508, 125, 126), (512, 126, 127)] {
            let words = [UInt32](repeating: 0xa5a5_a5a5, count: writes + 2)
            let written = requests([.writeRepeated(.accessPort(0, 0xc), words)], size: size)
            #expect(written.map(\.count) == [5 + 4 * writes, 5 + 8])
            #expect(Array(written[0].prefix(5)) == [6, 0, UInt8(writes), 0, 0x0d])
            let read = requests([.readRepeated(.accessPort(0, 0xc), count: reads + 2)], size: size)
            #expect(read == [[6, 0, UInt8(reads), 0, 0x0f], [6, 0, 2, 0, 0x0f]])
        }
    }

    @Test func `DAP_Transfer fills its packet exactly`() {
        // 101 writes in 508 bytes, as captured; then the rest.
        let writes = (0..<103).map { DAPOperation.write(.accessPort(0, 4), UInt32($0)) }
        #expect(requests(writes, size: 508).map(\.count) == [508, 3 + 2 * 5])
        // 15 reads fill the 63 usable bytes of a 64-byte response.
        let reads = [DAPOperation](repeating: .read(.accessPort(0, 0)), count: 17)
        #expect(requests(reads, size: 64).map { Int($0[2]) } == [15, 2])
        // The count is one byte.
        #expect(
            requests([DAPOperation](repeating: .read(.debugPort(0xc)), count: 300), size: 4_096).map {
                Int($0[2])
            } == [255, 45])
    }

    @Test func `the first words ride in a packet that goes anyway`() {
        let packets = requests(
            [
                .write(.accessPort(0, 4), 0x2000_0000),
                .writeRepeated(.accessPort(0, 0xc), [UInt32](repeating: 7, count: 20)),
            ],
            size: 64)
        // 3 + 12 × 5 = 63 bytes: TAR and 11 words; the other 9 are a block.
        #expect(packets.map { [$0[0], $0[2]] } == [[5, 12], [6, 9]])
        let small = requests([
            .write(.accessPort(0, 4), 0x2000_0000), .readRepeated(.accessPort(0, 0xc), count: 3),
        ])
        #expect(small == [bytes("05 00 04 05 00 00 00 20 0f 0f 0f")])
    }

    @Test func `a single word left over is no block`() {
        #expect(requests([.writeRepeated(.accessPort(0, 0xc), [1])]) == [bytes("05 00 01 0d 01 00 00 00")])
        #expect(requests([.readRepeated(.accessPort(0, 0xc), count: 1)]) == [bytes("05 00 01 0f")])
    }

    @Test func `nothing is no packet`() {
        #expect(requests([]) == [])
        #expect(
            requests([.readRepeated(.accessPort(0, 0xc), count: 0), .writeRepeated(.accessPort(0, 0xc), [])])
                == [])
    }

    @Test func `SELECT is written when it changes, and only then`() {
        let packets = requests(
            [
                .read(.accessPort(0, 0xfc)), .read(.accessPort(0, 0xf8)), .read(.accessPort(3, 0x00)),
                .read(.debugPort(4)), .read(.debugPort(4, bank: 2)), .read(.accessPort(3, 0x04)),
                .read(.debugPort(0xc)),
                .read(.debugPort(4)),
            ], select: nil)
        #expect(
            packets == [
                bytes(
                    "05 00 0c 08 f0 00 00 00 0f 0b 08 00 00 00 03 03 06 "
                        + "08 02 00 00 03 06 07 0e 08 00 00 00 03 06"
                )
            ])
    }

    @Test func `SELECT that is known is not written`() {
        #expect(requests([.read(.accessPort(3, 0x00))], select: 0x0300_0000) == [bytes("05 00 01 03")])
        #expect(requests([.read(.debugPort(0))], select: nil) == [bytes("05 00 01 02")])
        #expect(requests([.read(.debugPort(4))], select: nil) == [bytes("05 00 02 08 00 00 00 00 06")])
    }

    @Test func `the plan knows what SELECT holds, wherever it ends`() {
        func plan(_ operations: [DAPOperation], from: UInt32?) -> TransferPlan {
            TransferPlan(operations, limits: PacketLimits(packetSize: 64, silentEnd: nil), select: from)
        }
        #expect(plan([.read(.accessPort(2, 0xf8))], from: nil).select(after: 1) == 0x0200_00f0)
        #expect(plan([.write(.debugPort(8), 0x0100_0003)], from: nil).select(after: 1) == 0x0100_0003)
        #expect(plan([.read(.debugPort(0xc))], from: nil).select(after: 1) == nil)
        #expect(plan([.read(.debugPort(4, bank: 1))], from: 0x0300_0010).select(after: 1) == 0x0300_0011)
        // SELECT, IDR, SELECT, CSW: in one packet.
        let two = plan([.read(.accessPort(2, 0xfc)), .read(.accessPort(3, 0x00))], from: 0x0100_0000)
        #expect(two.packets.count == 1)
        let steps = (0...4).map { two.select(after: 0, transfers: $0) }
        #expect(steps == [0x0100_0000, 0x0200_00f0, 0x0200_00f0, 0x0300_0000, 0x0300_0000])
    }

    @Test func `ABORT has its own command, in its place`() {
        #expect(
            requests([.read(.debugPort(4)), .write(.debugPort(0), 0x1e), .read(.debugPort(4))]) == [
                bytes("05 00 01 06"), bytes("08 00 1e 00 00 00"), bytes("05 00 01 06"),
            ])
    }

    @Test func `no response is asked for whose end does not show`() {
        // 15 words and the header are 64 bytes: a full USB packet, and less than the probe's buffer.
        #expect(
            requests([.readRepeated(.accessPort(0, 0xc), count: 15)], size: 512, silentEnd: 64).map {
                Int($0[2])
            } == [14, 1])
        // 127 words fill the buffer, which is an end.
        #expect(
            requests([.readRepeated(.accessPort(0, 0xc), count: 127)], size: 512, silentEnd: 64).map {
                Int($0[2])
            } == [127])
        #expect(
            requests([.readRepeated(.accessPort(0, 0xc), count: 15)], size: 512, silentEnd: nil).map {
                Int($0[2])
            } == [15])
    }

    @Test(arguments: [16, 17, 20, 63, 64, 508, 512, 1_024], [nil, 8, 64, 512] as [Int?])
    func `whatever the buffer, requests and responses fit and nothing is lost`(size: Int, silentEnd: Int?) {
        var generator = SeededGenerator(seed: UInt64(size))
        for _ in 0..<50 {
            let operations = (0..<20).map { _ in Self.operation(&generator) }
            let plan = TransferPlan(
                operations, limits: PacketLimits(packetSize: size, silentEnd: silentEnd), select: nil)
            var reads = 0
            for packet in plan.packets {
                #expect(packet.request.count <= size)
                let (header, words) = packet.responseShape
                #expect(header + 4 * words <= size)
                reads += words
            }
            #expect(reads == operations.reduce(0) { $0 + $1.readCount })
        }
    }

    private static func operation(_ generator: inout SeededGenerator) -> DAPOperation {
        let register: DAPRegister =
            Bool.random(using: &generator)
            ? .accessPort(
                UInt8.random(in: 0...3, using: &generator),
                UInt8.random(in: 0...255, using: &generator) & 0xfc)
            : .debugPort([4, 8, 0xc].randomElement(using: &generator) ?? 4)
        let count = Int.random(in: 0...300, using: &generator)
        return switch Int.random(in: 0..<4, using: &generator) {
        case 0: .read(register)
        case 1: .write(register, 1)
        case 2: .readRepeated(register, count: count)
        default: .writeRepeated(register, [UInt32](repeating: 2, count: count))
        }
    }
}

extension DAPPacket {
    fileprivate var responseShape: (header: Int, words: Int) {
        switch self {
        case .transfers(let command): (3, command.transfers.count { $0.request.isRead })
        case .block(let command, _): (4, command.request.isRead ? command.count : 0)
        case .abort: (2, 0)
        }
    }
}

extension DAPOperation {
    fileprivate var readCount: Int {
        switch self {
        case .read: 1
        case .readRepeated(_, let count): count
        case .write, .writeRepeated: 0
        }
    }
}
