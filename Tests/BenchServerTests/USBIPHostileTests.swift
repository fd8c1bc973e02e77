// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc
import SimulatedBench
import Testing

@testable import BenchServer

/// Whoever reaches the port may send anything.
@Suite struct `USB/IP clients that misbehave` {
    @Test func `may send byte by byte`() throws {
        let rig = USBIPRig(.stlinkV3)
        let client = try rig.connect()
        for byte in USBIPClient.importRequest("1-1") { try client.send([byte]) }
        #expect(try client.receive(8).last == 0)
        client.device = try client.receive(312)
        let command =
            client.command(1, isIn: false, endpoint: 1, length: 16) + [0xF1]
            + [UInt8](repeating: 0, count: 15)
        for byte in command {
            #expect(client.isSilent())
            try client.send([byte])
        }
        #expect(try client.answer(isIn: false).moved == 16)
    }

    @Test func `may send several messages at once`() throws {
        let client = try USBIPRig(.stlinkV3).importing("1-1")
        let question: [UInt8] = [0x80, 8, 0, 0, 0, 0, 1, 0]
        let commands = (0..<100).map { _ in
            client.command(1, isIn: true, endpoint: 0, length: 1, setup: question)
        }
        try client.send(commands.flatMap(\.self))
        for sequence in 1...100 {
            #expect(
                try client.answer(isIn: true) == .init(kind: 3, sequence: sequence, status: 0, bytes: [1]))
        }
    }

    @Test(arguments: [
        [1, 0x12, 0x80, 5, 0, 0, 0, 0], [1, 0x11, 0, 5, 0, 0, 0, 0], Array("GET / HTTP/1.1\r\n\r\n".utf8),
    ])
    func `are cut off when they speak another protocol`(bytes: [UInt8]) throws {
        let rig = USBIPRig(.stlinkV3)
        let client = try rig.connect()
        try client.send(bytes)
        #expect(client.isCutOff())
        #expect(rig.notes.count == 1)
        _ = try rig.importing("1-1")
    }

    @Test func `are cut off when they say nothing`() throws {
        let rig = USBIPRig(.stlinkV3)
        let silent = try rig.connect()
        let busy = try rig.importing("1-1")
        let deadline = try #require(rig.server.nextDeadline)
        rig.server.expire(at: deadline - .nanoseconds(1))
        #expect(silent.isSilent())
        rig.server.expire(at: deadline)
        #expect(silent.isCutOff())
        #expect(rig.server.nextDeadline == nil)
        try busy.control([0x80, 8, 0, 0, 0, 0, 1, 0])
        #expect(try busy.answer(isIn: true).status == 0)
    }

    @Test func `are cut off for what makes no sense, and the device lives on`() throws {
        let rig = USBIPRig(.stlinkV3)
        let word = USBIPClient.word
        let messages: [(USBIPClient) -> [UInt8]] = [
            { $0.command(5, isIn: true, endpoint: 1) },
            { $0.command(1, isIn: true, endpoint: 16) },
            { $0.command(1, isIn: true, endpoint: 1, length: -1) },
            { $0.command(1, isIn: true, endpoint: 1, length: 16 << 20 + 1) },
            { $0.command(1, isIn: false, endpoint: 1, length: 0x7FFF_FFFF) },
            { $0.command(1, isIn: true, endpoint: 1, length: 64, packets: 8) },
            {
                Array($0.command(1, isIn: true, endpoint: 1, length: 64).prefix(8)) + word(0x1_0009) + word(1)
                    + [UInt8](repeating: 0, count: 32)
            },
            { client in
                (0..<2).flatMap { _ in client.command(1, isIn: true, endpoint: 1, length: 64, sequence: 7) }
            },
        ]
        for (index, message) in messages.enumerated() {
            let client = try rig.importing("1-1")
            try client.send(message(client))
            #expect(client.isCutOff(), "message \(index)")
            #expect(!rig.server.isInUse)
        }
        let client = try rig.importing("1-1")
        try client.control([0x80, 8, 0, 0, 0, 0, 1, 0])
        #expect(try client.answer(isIn: true).status == 0)
    }

    @Test func `reach nothing that is not there`() throws {
        let client = try USBIPRig(.stlinkV3).importing("1-1")
        for endpoint in 8...15 {
            try client.read(64, endpoint: endpoint)
            #expect(try client.answer(isIn: true).status == -ENOENT)
            try client.write([1, 2, 3], endpoint: endpoint)
            #expect(try client.answer(isIn: false).status == -ENOENT)
        }
        // An IN transfer whose set-up packet goes OUT.
        try client.send(
            client.command(1, isIn: true, endpoint: 0, length: 64, setup: [0x00, 9, 1, 0, 0, 0, 0, 0]))
        #expect(try client.answer(isIn: true) == .init(kind: 3, sequence: client.lastSequence, status: 0))
    }

    @Test func `have no more than their share under way`() throws {
        let client = try USBIPRig(.stlinkV3).importing("1-1")
        for _ in 0..<16 { try client.read(1 << 20, endpoint: 1) }
        #expect(client.isSilent())
        try client.read(1, endpoint: 1)
        #expect(try client.answer(isIn: true).status == -ENOMEM)
        try client.unlink(1)
        #expect(try client.answer(isIn: false).status == -ECONNRESET)
        try client.read(1, endpoint: 1)
        #expect(client.isSilent())
    }

    @Test func `that take no answers are not listened to`() throws {
        let rig = USBIPRig(.stlinkV3)
        let client = try rig.importing("1-1")
        let question: [UInt8] = [0x80, 6, 0, 2, 0, 0, 0xFF, 0]
        let commands = (0..<1_000).flatMap { _ in
            client.command(1, isIn: true, endpoint: 0, length: 255, setup: question)
        }
        // More than the socket and the server hold together; what is not taken any more stays with the client.
        var rounds = 0
        while rounds < 1_000 {
            do { try client.sendOnce(commands) } catch { break }
            rounds += 1
            if rig.server.interests.allSatisfy({ $0.events & Int16(POLLIN) == 0 }) { break }
        }
        #expect(rig.server.interests.allSatisfy { $0.events & Int16(POLLIN) == 0 })
        #expect(rig.server.interests.contains { $0.events & Int16(POLLOUT) != 0 })
        for _ in 0..<1_000 { #expect(try client.answer(isIn: true).status == 0) }
        rig.turn()
        #expect(rig.server.interests.contains { $0.events & Int16(POLLIN) != 0 })
    }

    /// Messages and parts of them, damaged: whatever comes of it, the next client is served.
    @Test func `may send anything`() throws {
        let rig = USBIPRig(.cmsisDAPv2)
        var random = SeededGenerator(seed: 20_261_125)
        for round in 0..<300 {
            let client = try rig.importing("1-1")
            var bytes: [UInt8] = []
            for _ in 0..<4 {
                bytes += client.command(
                    Int(random.next() % 3), isIn: random.next() % 2 == 0, endpoint: Int(random.next() % 5),
                    flags: Int(random.next() % 16), length: Int(random.next() % 200),
                    setup: (0..<8).map { _ in UInt8(truncatingIfNeeded: random.next()) })
                bytes += (0..<random.next() % 64).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
            if round % 2 == 0 { bytes[Int(random.next() % UInt64(bytes.count))] ^= 0x80 }
            try? client.send(bytes)
        }
        rig.turn()
        let client = try rig.importing("1-1")
        try client.control([0x80, 8, 0, 0, 0, 0, 1, 0])
        #expect(try client.answer(isIn: true).status == 0)
    }
}

@Suite struct `Network addresses` {
    @Test func `are read and written`() throws {
        #expect(NetworkAddress("3240") == NetworkAddress(host: "127.0.0.1", port: 3_240))
        #expect(NetworkAddress("0.0.0.0:0") == NetworkAddress(host: "0.0.0.0", port: 0))
        #expect(NetworkAddress("[::1]:3240") == NetworkAddress(host: "::1", port: 3_240))
        #expect(NetworkAddress("[::1]:3240")?.description == "[::1]:3240")
        #expect(NetworkAddress("127.0.0.1:80")?.description == "127.0.0.1:80")
        #expect(NetworkAddress("[::1]:3240")?.isLoopback == true)
        #expect(NetworkAddress("127.1.2.3:1")?.isLoopback == true)
        #expect(NetworkAddress("0.0.0.0:1")?.isLoopback == false)
    }
    @Test(arguments: [
        "", ":", "x", "65536", "-1", "+1", "1.2.3:1", "::1:3240", "[::1]", "localhost:1", "1:",
        "127.0.0.1: 1",
    ])
    func `that are none are refused`(text: String) { #expect(NetworkAddress(text) == nil) }
}
