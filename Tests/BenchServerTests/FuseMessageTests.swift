// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@testable import BenchServer

@Suite struct `FUSE messages` {
    /// A request with its header: length, opcode, unique 7, node 9, user, group, thread 1234.
    private func message(_ opcode: UInt32, _ body: [UInt8], length: Int? = nil) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(length ?? 40 + body.count))
        writer.write(opcode)
        writer.write(UInt64(7))
        writer.write(UInt64(9))
        for word in [1_000, 1_000, 1_234, 0] { writer.write(UInt32(word)) }
        return writer.bytes + body
    }
    private func words(_ values: UInt32...) -> [UInt8] {
        var writer = ByteWriter()
        for value in values { writer.write(value) }
        return writer.bytes
    }

    private var examples: [([UInt8], FuseRequest.Operation)] {
        [
            (message(26, words(7, 45, 131_072, 0)), .initialize(major: 7, minor: 45, readAhead: 131_072)),
            (message(1, Array("001".utf8) + [0]), .lookup(name: Array("001".utf8))),
            (
                message(
                    4,
                    words(7, 0) + [UInt8](repeating: 1, count: 60) + words(0o100_660, 0, 1_000, 46, 0)),
                .setAttributes(.init(mode: 0o100_660, owner: 1_000, group: 46))
            ),
            (message(14, words(2, 0)), .open(flags: 2)),
            (message(15, words(3, 0, 4, 0, 512)), .read(handle: 3, offset: 4, size: 512)),
            (message(18, words(3, 0)), .release(handle: 3)),
            (message(28, words(3, 0, 2, 0, 4_096)), .readDirectory(offset: 2, size: 4_096)),
            (message(36, words(77, 0)), .interrupt(unique: 77)),
            (
                message(39, words(3, 0, 1, 0x8038_550A, 0x1000, 1, 0, 56)),
                .control(.init(handle: 3, command: 0x8038_550A, argument: 0x1_0000_1000, isCompatible: true))
            ),
            (message(40, words(3, 0, 8, 0, 1, 0)), .poll(handle: 3, key: 8, wantsNotice: true)),
        ]
    }

    @Test func `are decoded`() throws {
        for (bytes, operation) in examples {
            #expect(
                try FuseRequest(bytes) == FuseRequest(unique: 7, node: 9, thread: 1_234, operation: operation)
            )
        }
        #expect(try FuseRequest(message(3, [])).operation == .attributes)
        #expect(try FuseRequest(message(22, [])).operation == .unsupported(opcode: 22))
    }

    @Test func `that are cut short are errors`() {
        for (bytes, operation) in examples {
            for count in 0..<bytes.count {
                // Bytes at the end that nobody looks at may be missing, not those that mean something.
                if let request = try? FuseRequest(Array(bytes.prefix(count))) {
                    #expect(request.operation == operation, "\(operation) cut to \(count)")
                }
            }
            #expect(throws: TruncatedBytes.self) { try FuseRequest(Array(bytes.prefix(40))) }
        }
        #expect(throws: TruncatedBytes.self) { try FuseRequest(message(3, [], length: 8)) }
        #expect(throws: TruncatedBytes.self) { try FuseRequest(message(1, Array("001".utf8))) }
    }

    @Test func `of random bytes never trap`() {
        var random = SeededGenerator(state: 4)
        for _ in 0..<20_000 {
            let body = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = try? FuseRequest(message(UInt32.random(in: 0...60, using: &random), body))
            _ = try? FuseRequest(body)
            _ = try? UsbfsURB(body)
            _ = try? UsbfsTransfer(body)
            _ = try? UsbfsInterfaceControl(body)
            _ = try? UsbfsDisconnectClaim(body + body + body + body)
        }
    }

    @Test func `have the sizes the kernel checks`() {
        let file = FuseReply.Attributes(node: 9, isDirectory: false, size: 43, access: .device)
        #expect(FuseReply.initialized(readAhead: 0).count == 64)
        #expect(FuseReply.entry(file).count == 128)
        #expect(FuseReply.attributes(file).count == 104)
        #expect(FuseReply.opened(handle: 1, isDevice: true).count == 16)
        #expect(FuseReply.statistics.count == 80)
        #expect(FuseReply.control(-1).count == 16)
        #expect(FuseReply.polled(4) == [4, 0, 0, 0, 0, 0, 0, 0])
        #expect(FuseReply.success(7, [1]) == words(17, 0, 7, 0) + [1])
        #expect(FuseReply.failure(7, 19) == words(16, 0xFFFF_FFED, 7, 0))
        #expect(FuseReply.pollNotice(8) == words(24, 1, 0, 0, 8, 0))
    }

    @Test func `list a directory in pieces`() {
        let entries = ["001", "002", "003"].enumerated().map { index, name in
            (
                name,
                FuseReply.Attributes(node: UInt64(index + 10), isDirectory: false, size: 1, access: .device)
            )
        }
        let whole = FuseReply.directory(entries, from: 0, size: 4_096)
        #expect(whole.count == 3 * 32)
        #expect(whole.prefix(27) == words(10, 0, 1, 0, 3, 8)[...] + Array("001".utf8)[...])
        #expect(FuseReply.directory(entries, from: 1, size: 63) == Array(whole[32..<64]))
        #expect(FuseReply.directory(entries, from: 3, size: 4_096).isEmpty)
        #expect(FuseReply.directory(entries, from: .max, size: 4_096).isEmpty)
    }
}

@Suite struct `Usbfs structures` {
    @Test func `have the numbers the header's macros make`() {
        // Direction, number, size.
        let expected: [(UsbfsCommand, UInt32, UInt32, UInt32)] = [
            (.control, 3, 0, 24), (.bulk, 3, 2, 24), (.resetEndpoint, 2, 3, 4), (.setInterface, 2, 4, 8),
            (.setConfiguration, 2, 5, 4), (.getDriver, 1, 8, 260), (.submit, 2, 10, 56), (.discard, 0, 11, 0),
            (.reap, 1, 12, 8), (.reapNow, 1, 13, 8), (.claimInterface, 2, 15, 4),
            (.releaseInterface, 2, 16, 4),
            (.connectInfo, 1, 17, 8), (.interfaceControl, 3, 18, 16), (.reset, 0, 20, 0),
            (.clearHalt, 2, 21, 4),
            (.getCapabilities, 2, 26, 4), (.disconnectClaim, 2, 27, 264), (.dropPrivileges, 1, 30, 4),
            (.getSpeed, 0, 31, 0),
        ]
        #expect(expected.count == UsbfsCommand.allCases.count)
        for (command, direction, number, size) in expected {
            #expect(command.rawValue == direction << 30 | size << 16 | 0x55 << 8 | number, "\(command)")
        }
        #expect(UsbfsCommand.extendedInfoSize(0x8018_5520) == 24)
        #expect(UsbfsCommand.extendedInfoSize(0x8018_5521) == nil)
    }

    @Test func `that are cut short are errors`() {
        for count in 0..<UsbfsURB.size {
            #expect(throws: TruncatedBytes.self) { try UsbfsURB([UInt8](repeating: 1, count: count)) }
        }
        for count in 0..<UsbfsTransfer.size {
            #expect(throws: TruncatedBytes.self) { try UsbfsTransfer([UInt8](repeating: 1, count: count)) }
        }
        for count in 0..<UsbfsDisconnectClaim.size {
            #expect(throws: TruncatedBytes.self) {
                try UsbfsDisconnectClaim([UInt8](repeating: 1, count: count))
            }
        }
    }
}

/// SplitMix64: the same sequence for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
