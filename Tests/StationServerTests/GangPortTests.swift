// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Glibc
import NIOCore
import ProductionJobs
import ProductionStore
import ServiceLifecycle
import Testing

@testable import StationServer

@Suite struct `The port for testers` {
    /// A station that works, and its port on loopback.
    private func withPort(
        slots: [String], _ body: @escaping @Sendable (TesterClient, StationFixture) async throws -> Void
    ) async throws {
        let fixture = try StationFixture(slots: slots)
        defer { fixture.remove() }
        try fixture.addRecipe()
        let (addresses, found) = AsyncStream.makeStream(of: SocketAddress.self)
        let port = GangPort(fixture.station, at: .address("127.0.0.1", port: 0)) { address in
            if let address { found.yield(address) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await port.run() }
            group.addTask { await fixture.station.run() }
            let address = try #require(await addresses.first { _ in true })
            let client = try TesterClient(port: UInt16(try #require(address.port)))
            try await body(client, fixture)
            client.close()
            await fixture.station.park()
            group.cancelAll()
        }
    }

    @Test func `gives a tester the answers it knows`() async throws {
        try await withPort(slots: ["stlink-v3,fault=absent", "stlink-v3"]) { tester, fixture in
            func ask(_ line: String, answers: Int) async throws -> [String] {
                try await tester.send(line + "\r")
                return try await tester.lines(answers)
            }
            #expect(try await ask("#AUTO *", answers: 4)[1].hasPrefix("#RESULT:1:#ERR255:STN-002 "))
            #expect(try await ask("#select none", answers: 2)[1].hasPrefix("#ERR010:STO-030 "))
            #expect(try await ask("#SELECT product", answers: 2) == ["#ACK", "#OK"])
            #expect(try await ask("#SELMODULE 1,2", answers: 2) == ["#ACK", "#SELECTED:1,2"])
            let answers = try await ask("#AUTO *", answers: 4)
            #expect(answers[0] == "#ACK")
            let results = answers[1...2].sorted()
            #expect(
                results[0].wholeMatch(of: /#RESULT:1:#ERR\d{3}:[ -~]+/) != nil, "\(results)")
            #expect(
                results[1].wholeMatch(
                    of:
                        /#RESULT:2:#OK \(Total \d+\.\d{3}s, Erase \d+\.\d{3}s, Prog \d+\.\d{3}s, Verify \d+\.\d{3}s\)/
                ) != nil, "\(results)")
            #expect(answers[3] == "#DONE")
            #expect(try await ask("#STATUS", answers: 2) == ["#ACK", "#STATUS:READY"])
            #expect(try await ask("#RESULT 2", answers: 2) == ["#ACK", results[1]])
            #expect(try await ask("#AUTO 3", answers: 2)[1] == "#ERR255:there is no channel 3; the last is 2")
            #expect(try await ask("#FOPEN a", answers: 2)[1].hasPrefix("#ERR010:"))
            #expect(try await ask("#HELLO", answers: 1) == ["#NACK"])
            #expect(try await ask("#CANCEL", answers: 2) == ["#ACK", "#DONE"])
            let patched = try await ask("#AUTO PATCH 2 1,90000010,4:DEADBEEF", answers: 3)
            #expect(patched[1].hasPrefix("#RESULT:2:#OK (Total "), "\(patched)")
            let units = try fixture.memory.units.units()
            #expect(units.map(\.opening.fields["patch"]).contains("1,90000010,4:DEADBEEF"))
            #expect(units.allSatisfy { $0.opening.operatorName == "gang port" })
            #expect(Set(units.compactMap(\.closing?.contents)).count == 2)
        }
    }

    @Test func `ends without an error when the station ends, also with a tester that stays`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let (addresses, found) = AsyncStream.makeStream(of: SocketAddress.self)
        let port = GangPort(fixture.station, at: .address("127.0.0.1", port: 0)) { address in
            if let address { found.yield(address) }
        }
        let services = ServiceGroup(services: [port], logger: fixture.station.context.log)
        async let end: Void = services.run()
        let address = try #require(await addresses.first { _ in true })
        let tester = try TesterClient(port: UInt16(try #require(address.port)))
        try await tester.send("#STATUS\r")
        #expect(try await tester.lines(2) == ["#ACK", "#STATUS:READY"])
        await services.triggerGracefulShutdown()
        try await end
        #expect(try await tester.lines(1) == [])
        tester.close()
    }

    @Test func `lets no more testers in than it can serve, and minds no garbage`() async throws {
        try await withPort(slots: ["stlink-v3"]) { tester, _ in
            var others: [TesterClient] = []
            for _ in 0..<15 { others.append(try TesterClient(port: tester.port)) }
            for other in others {
                try await other.send("\u{1}garbage\r#STATUS\r")
                #expect(try await other.lines(3) == ["#NACK", "#ACK", "#STATUS:READY"])
            }
            let last = try TesterClient(port: tester.port)
            #expect(try await last.lines(1) == [])
            last.close()
            others.forEach { $0.close() }
            try await tester.send(String(repeating: "x", count: 1 << 16) + "\r#STATUS\r")
            #expect(try await tester.lines(3) == ["#NACK", "#ACK", "#STATUS:READY"])
        }
    }
}

/// A tester's program: one connection, lines out and in.
final class TesterClient: Sendable {
    let port: UInt16
    private let file: Int32

    init(port: UInt16) throws {
        self.port = port
        file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: Int(port))
        let file = file
        let result = address.withSockAddr { connect(file, $0, socklen_t($1)) }
        try #require(result == 0)
    }

    func send(_ text: String) async throws {
        let bytes = Array(text.utf8)
        try #require(write(file, bytes, bytes.count) == bytes.count)
    }

    /// The next `count` lines; fewer when the connection ends.
    func lines(_ count: Int) async throws -> [String] {
        let file = file
        return await withCheckedContinuation { continuation in
            // Off the pool that the station works on.
            Thread.detachNewThread {
                var text = "", byte: UInt8 = 0, lines: [String] = []
                while lines.count < count, read(file, &byte, 1) == 1 {
                    if byte != 0x0a { text.unicodeScalars.append(UnicodeScalar(byte)) }
                    if text.hasSuffix("\r") {
                        lines.append(String(text.dropLast()))
                        text = ""
                    }
                }
                continuation.resume(returning: lines)
            }
        }
    }

    func close() { Glibc.close(file) }
}
