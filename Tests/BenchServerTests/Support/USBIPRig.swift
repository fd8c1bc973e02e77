// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench

@testable import BenchServer

/// A USB/IP server whose clients are at the other end of local sockets; it does something only when told.
final class USBIPRig {
    let bus: HostBus
    let server: USBIPServer
    var notes: [String] { log.notes }
    private let log: Log

    private final class Log { var notes: [String] = [] }

    init(_ kinds: BenchConfiguration.ProbeKind...) {
        bus = .holding(kinds)
        let log = Log()
        self.log = log
        server = USBIPServer(bus, listener: nil) { log.notes.append($0) }
    }

    func connect() throws -> USBIPClient {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw Errno(errno) }
        server.take(ends[0], peer: "client")
        return USBIPClient(ends[1], rig: self)
    }
    /// A client that has imported a device; fails when it is refused.
    func importing(_ busID: String) throws -> USBIPClient {
        let client = try connect()
        try client.send(USBIPClient.importRequest(busID))
        let head = try client.receive(8)
        guard head == [1, 0x11, 0, 3, 0, 0, 0, 0] else { throw Errno(EBUSY) }
        client.device = try client.receive(312)
        return client
    }
    /// One turn of the loop, as if every descriptor were ready.
    func turn() {
        _ = server.serve(Set(server.interests.map(\.descriptor)))
        bus.advance(to: bus.now)
    }
}

/// The other end: sends bytes, and takes exactly as many as it expects.
final class USBIPClient {
    private let descriptor: Int32
    private let rig: USBIPRig
    private var received: [UInt8] = []
    private var sequence: UInt32 = 0
    /// What the answer to an import says of it.
    var device: [UInt8] = []

    init(_ descriptor: Int32, rig: USBIPRig) { (self.descriptor, self.rig) = (descriptor, rig) }
    deinit { close(descriptor) }

    static let listRequest: [UInt8] = [1, 0x11, 0x80, 5, 0, 0, 0, 0]
    static func importRequest(_ busID: String) -> [UInt8] {
        [1, 0x11, 0x80, 3, 0, 0, 0, 0] + Array(busID.utf8)
            + [UInt8](repeating: 0, count: 32 - busID.utf8.count)
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EAGAIN { throw Errno(errno) }
            rig.turn()
        }
        rig.turn()
    }
    /// Sends what the socket takes at once.
    func sendOnce(_ bytes: [UInt8]) throws {
        let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        guard count == bytes.count else { throw Errno(count < 0 ? errno : EAGAIN) }
        rig.turn()
    }
    /// Exactly so many bytes; EPIPE when the server has closed before, EAGAIN when it says nothing.
    func receive(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            rig.turn()
            guard try fill() else { throw Errno(EPIPE) }
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }
    /// False at the end of what the server sends.
    private func fill() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count >= 0 else { throw Errno(errno) }
        received += buffer[..<count]
        return count > 0
    }
    /// Whether the server has closed, with nothing said before.
    func isCutOff() -> Bool {
        rig.turn()
        return received.isEmpty && (try? fill()) == false
    }
    func isSilent() -> Bool {
        rig.turn()
        do { return try !fill() && false } catch {
            return (error as? Errno)?.number == EAGAIN && received.isEmpty
        }
    }

    // MARK: - The imported device

    var identifier: [UInt8] { Array(device[290...291]) + Array(device[294...295]) }

    static func word(_ value: Int) -> [UInt8] {
        let value = UInt32(truncatingIfNeeded: value)
        return [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
    func command(
        _ kind: Int, isIn: Bool, endpoint: Int, flags: Int = 0, length: Int = 0, packets: Int = 0,
        setup: [UInt8] = [UInt8](repeating: 0, count: 8), sequence: Int? = nil
    ) -> [UInt8] {
        self.sequence += 1
        let word = Self.word
        return word(kind) + word(sequence ?? Int(self.sequence)) + identifier + word(isIn ? 1 : 0)
            + word(endpoint) + word(flags) + word(length) + word(0) + word(packets) + word(0) + setup
    }
    /// The number the last command had.
    var lastSequence: Int { Int(sequence) }

    @discardableResult
    func read(_ count: Int, endpoint: Int, flags: Int = 0) throws -> Int {
        try send(command(1, isIn: true, endpoint: endpoint, flags: flags, length: count))
        return lastSequence
    }
    @discardableResult
    func write(_ bytes: [UInt8], endpoint: Int) throws -> Int {
        try send(command(1, isIn: false, endpoint: endpoint, length: bytes.count) + bytes)
        return lastSequence
    }
    @discardableResult
    func control(_ setup: [UInt8], data: [UInt8] = []) throws -> Int {
        let length = Int(setup[6]) | Int(setup[7]) << 8
        try send(
            command(1, isIn: setup[0] & 0x80 != 0, endpoint: 0, length: length, setup: setup) + data)
        return lastSequence
    }
    @discardableResult
    func unlink(_ target: Int) throws -> Int {
        try send(command(2, isIn: false, endpoint: 0, flags: target))
        return lastSequence
    }

    struct Answer: Equatable {
        /// 3 ends a transfer, 4 answers an unlink.
        var kind: Int
        var sequence: Int
        var status: Int32
        var bytes: [UInt8] = []
        /// Of an OUT transfer.
        var moved = 0
    }
    /// The next answer; `isIn` tells whether data follow it.
    func answer(isIn: Bool) throws -> Answer {
        let head = try receive(48)
        func word(_ offset: Int) -> Int { head[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        var answer = Answer(
            kind: word(0), sequence: word(4), status: Int32(truncatingIfNeeded: word(20)))
        guard answer.kind == 3 else { return answer }
        if isIn { answer.bytes = try receive(word(24)) } else { answer.moved = word(24) }
        return answer
    }
}
