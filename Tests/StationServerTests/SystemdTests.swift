// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Glibc
import Logging
import Testing

@testable import StationServer

@Suite struct SystemdTests {
    @Test func `The service manager is told the states at a path and at an abstract name`() throws {
        for name in ["/tmp/extflash-\(UUID().uuidString)", "@extflash-\(UUID().uuidString)"] {
            let listener = try Listener(name)
            let manager = ServiceManager(environment: ["NOTIFY_SOCKET": name])
            #expect(manager.tell(.ready("Line 1: 4 slots")))
            #expect(listener.text() == "READY=1\nSTATUS=Line 1: 4 slots")
            #expect(manager.tell(.alive))
            #expect(listener.text() == "WATCHDOG=1")
            #expect(manager.tell(.stopping))
            #expect(listener.text().hasPrefix("STOPPING=1\n"))
        }
    }

    @Test func `Without a service manager, and with a name that is none, nobody is told`() {
        for environment in [
            [:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"],
            ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)],
            ["NOTIFY_SOCKET": "/nonexistent/notify"],
        ] {
            #expect(!ServiceManager(environment: environment).tell(.alive))
        }
    }

    @Test func `The watchdog's time is that of this process`() {
        func watchdog(_ environment: [String: String]) -> Duration? {
            ServiceManager(environment: environment, process: 42).watchdog
        }
        #expect(watchdog(["WATCHDOG_USEC": "20000000"]) == .seconds(20))
        #expect(watchdog(["WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "42"]) == .seconds(20))
        #expect(watchdog(["WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "43"]) == nil)
        for text in ["0", "-1", "soon", ""] { #expect(watchdog(["WATCHDOG_USEC": text]) == nil) }
    }

    @Test func `A log line is a journal entry with its metadata as fields`() throws {
        let path = "/tmp/extflash-\(UUID().uuidString)"
        let listener = try Listener(path)
        var log = Logger(label: "x") { _ in JournalLogHandler(identifier: "extflashd", socket: path) }
        log[metadataKey: "slot"] = "A1"
        log.warning("unit ended", metadata: ["serial": "SN1", "odd key-1": "two\nlines"])
        var expected = Array("PRIORITY=4\nSYSLOG_IDENTIFIER=extflashd\nMESSAGE\n".utf8)
        let message = "unit ended (odd key-1=two\nlines serial=SN1 slot=A1)"
        expected += [UInt8(message.utf8.count), 0, 0, 0, 0, 0, 0, 0] + message.utf8
        expected += "\nEXTFLASH_ODD_KEY_1\n".utf8
        expected += [9, 0, 0, 0, 0, 0, 0, 0]
        expected += "two\nlines\nEXTFLASH_SERIAL=SN1\nEXTFLASH_SLOT=A1\n".utf8
        #expect(listener.bytes() == expected)
    }

    @Test func `A text without end becomes an entry that the journal takes`() throws {
        let path = "/tmp/extflash-\(UUID().uuidString)"
        let listener = try Listener(path)
        let log = Logger(label: "x") { _ in JournalLogHandler(identifier: "extflashd", socket: path) }
        log.error("\(String(repeating: "e", count: 1 << 20))")
        let text = listener.text()
        #expect(text.count == "PRIORITY=3\nSYSLOG_IDENTIFIER=extflashd\nMESSAGE=\n".utf8.count + 32 * 1024)
    }
}

/// A Unix datagram socket as the service manager and the journal have one.
private final class Listener {
    private let descriptor: Int32
    private let path: String

    init(_ name: String) throws {
        path = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = name.hasPrefix("@")
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: name.utf8)
            if isAbstract { room[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count + (isAbstract ? 0 : 1))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(result == 0)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// The next datagram; what has not arrived is empty, since sending has ended.
    func bytes() -> [UInt8] {
        var room = [UInt8](repeating: 0, count: 1 << 17)
        let count = recv(descriptor, &room, room.count, Int32(MSG_DONTWAIT))
        return Array(room.prefix(max(count, 0)))
    }

    func text() -> String { String(decoding: bytes(), as: UTF8.self) }
}

@Suite struct `What the process may have` {
    @Test func `bounds the connections, with files to spare for the station itself`() {
        let limits = ConnectionLimits()
        func connections(_ files: Int) -> Int { limits.within(files: files).connections }
        #expect([1 << 20, 4096, 1024, 300, 64, 4].map(connections) == [1500, 1500, 384, 37, 8, 1])
        // Both doors, and what else is open.
        for files in [1024, 2048, 3256] { #expect(2 * connections(files) + 256 == files) }
    }

    @Test func `is told to lack the list of its threads, instead of ending when they are counted`() throws {
        try ThreadFolder.check()
        let error = try #require(throws: StationError.self) { try ThreadFolder.check("/nowhere/task") }
        #expect(error.code == "STN-034")
        #expect(error.description.contains("/nowhere/task"))
        #expect(error.failureClass == .machineUnsuitable)
    }
}
