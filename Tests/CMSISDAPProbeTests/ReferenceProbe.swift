// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import USBTransport

/// A CMSIS-DAP probe in front of a target made of numbers, written from the specification's execution rules.
///
/// It executes transfers as the reference firmware does: AP reads are posted and fetched by the next access, a last
/// write is checked through RDBUFF, the first failure ends a packet, and packets behind it run all the same. One SWD
/// transfer can be made to fail.
final class ReferenceProbe: USBInterface {
    /// A register the way the target sees it, SELECT applied.
    struct Access: Hashable {
        var register: DAPRegister
        var written: UInt32?
    }
    enum Acknowledge: UInt8, CaseIterable {
        case ok = 1
        case wait = 2
        case fault = 4
        case silence = 7
        case parity = 8
    }

    let device: USBDeviceDescription
    let descriptor: USBInterfaceDescriptor
    private let packetSize: Int, packetCount: Int
    private var isHID: Bool { descriptor.classCode == 3 }
    private var requests: [[UInt8]] = []
    private var nextTicket: UInt64 = 0
    /// IN tickets and their room.
    private var reads: [UInt64: Int] = [:]

    private var select: UInt32 = 0xdead_be00
    private var stickyError = false
    private var readCounts: [DAPRegister: UInt32] = [:]
    /// What the AP read before was, whose word has not been fetched.
    private var posted: UInt32?
    /// Accesses the target made, in order.
    private(set) var accesses: [Access] = []
    /// SWD transfers until one fails, and how.
    var failure: (after: Int, as: Acknowledge)?
    /// Most requests it held at once.
    private(set) var deepest = 0

    init(_ device: USBDeviceDescription, packetSize: Int, packetCount: Int) {
        (self.device, descriptor) = (device, device.interfaces[0])
        (self.packetSize, self.packetCount) = (packetSize, packetCount)
    }

    func forgetAccesses() { accesses = [] }
    /// What reading that register for the `count`th time gives.
    static func value(of register: DAPRegister, reading count: UInt32) -> UInt32 {
        let seed: UInt32 =
            switch register {
            case .debugPort(let address, let bank): 0x1000_0000 | UInt32(bank) << 8 | UInt32(address)
            case .accessPort(let index, let offset): 0x2000_0000 | UInt32(index) << 8 | UInt32(offset)
            }
        return (seed &* 2_654_435_761) &+ count
    }
    func readCount(of register: DAPRegister) -> UInt32 { readCounts[register, default: 0] }

    // MARK: The cable

    func submit(_ bytes: [UInt8], to endpoint: UInt8, within limit: Duration) throws(USBError) -> USBTicket {
        // A zero-length packet only ends the request before it.
        if !bytes.isEmpty { requests.append(bytes) }
        deepest = max(deepest, requests.count)
        nextTicket += 1
        return USBTicket(rawValue: nextTicket)
    }
    func submitRead(_ count: Int, from endpoint: UInt8, within limit: Duration) throws(USBError) -> USBTicket
    {
        nextTicket += 1
        reads[nextTicket] = count
        return USBTicket(rawValue: nextTicket)
    }
    func complete(_ ticket: USBTicket) throws(USBError) -> [UInt8] {
        guard let room = reads.removeValue(forKey: ticket.rawValue) else { return [] }
        guard !requests.isEmpty else { throw .timedOut(after: .milliseconds(10), transferred: 0) }
        let response = respond(to: requests.removeFirst())
        guard response.count <= room else { throw .overflow(expected: room) }
        // Stale bytes behind the meaningful part.
        return isHID ? response + [UInt8](repeating: 0x5a, count: max(0, 64 - response.count)) : response
    }
    func cancel(_ ticket: USBTicket) { reads[ticket.rawValue] = nil }
    func control(
        requestType: UInt8, request: UInt8, value: UInt16, index: UInt16, data: [UInt8], readCount: Int,
        within limit: Duration
    ) throws(USBError) -> [UInt8] { [] }
    func clearHalt(_ endpoint: UInt8) throws(USBError) {}
    func resetDevice() throws(USBError) {}
    func close() {}

    // MARK: Commands

    private func respond(to request: [UInt8]) -> [UInt8] {
        switch (request[0], request.count > 1 ? request[1] : 0) {
        case (0x00, 0xff): [0, 2, UInt8(packetSize & 0xff), UInt8(packetSize >> 8)]
        case (0x00, 0xfe): [0, 1, UInt8(packetCount)]
        case (0x00, _): [0, 0]
        case (0x02, _): [2, 1]
        case (0x05, _): transfer(request)
        case (0x06, _): transferBlock(request)
        case (0x08, _): abort(word(request, at: 2))
        default: [request[0], 0]
        }
    }

    private func abort(_ value: UInt32) -> [UInt8] {
        if value & 0x1e != 0 { stickyError = false }
        return [8, 0]
    }

    private func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
    }

    /// DAP_SWD_Transfer.
    private func transfer(_ request: [UInt8]) -> [UInt8] {
        var words: [UInt32] = []
        var done = 0, offset = 3
        var acknowledge = Acknowledge.ok
        var hasPosted = false, checksWrite = false
        for _ in 0..<request[2] {
            let code = request[offset]
            let isRead = code & 2 != 0, isAccessPort = code & 1 != 0
            offset += isRead ? 1 : 5
            if hasPosted {
                let fetch: UInt8 = isRead && isAccessPort ? code : 0x0e
                let (answer, value) = wire(fetch)
                acknowledge = answer
                guard answer == .ok else { break }
                words.append(value)
                hasPosted = isRead && isAccessPort
                if hasPosted {
                    done += 1
                    continue
                }
            }
            let (answer, value) = wire(code, isRead ? 0 : word(request, at: offset - 4))
            acknowledge = answer
            guard answer == .ok else { break }
            if isRead, isAccessPort { hasPosted = true } else if isRead { words.append(value) }
            checksWrite = !isRead
            done += 1
        }
        if acknowledge == .ok, hasPosted || checksWrite {
            let (answer, value) = wire(0x0e)
            acknowledge = answer
            if answer == .ok, hasPosted { words.append(value) }
        }
        return [5, UInt8(done), acknowledge.rawValue] + CMSISDAPProbeTests.words(words)
    }

    /// DAP_SWD_TransferBlock.
    private func transferBlock(_ request: [UInt8]) -> [UInt8] {
        let count = Int(request[2]) | Int(request[3]) << 8
        let code = request[4]
        var words: [UInt32] = []
        var done = 0
        var acknowledge = Acknowledge.ok
        if code & 3 == 3 { acknowledge = wire(code).0 }
        while acknowledge == .ok, done < count {
            if code & 2 != 0 {
                let isLast = code & 1 != 0 && done == count - 1
                let (answer, value) = wire(isLast ? 0x0e : code)
                acknowledge = answer
                if answer == .ok { words.append(value) }
            } else {
                acknowledge = wire(code, word(request, at: 5 + 4 * done)).0
            }
            if acknowledge == .ok { done += 1 }
        }
        if code & 2 == 0, acknowledge == .ok { acknowledge = wire(0x0e).0 }
        return [6, UInt8(done & 0xff), UInt8(done >> 8), acknowledge.rawValue]
            + CMSISDAPProbeTests.words(words)
    }

    // MARK: The target

    /// One SWD transfer; an AP read returns the word of the AP read before it.
    private func wire(_ code: UInt8, _ value: UInt32 = 0) -> (Acknowledge, UInt32) {
        if let (after, kind) = failure {
            failure = after == 0 ? nil : (after - 1, kind)
            if after == 0 {
                if kind == .fault { stickyError = true }
                return (kind, 0)
            }
        }
        let isRead = code & 2 != 0, address = code & 0xc
        let isAlwaysAnswered =
            code & 1 == 0 && (address == 0 || (isRead && address == 4 && select & 0xf == 0))
        if stickyError, !isAlwaysAnswered { return (.fault, 0) }
        switch (code & 1 != 0, isRead, address) {
        case (false, false, 8): select = value
        case (false, true, 0): return (.ok, 0x6ba0_2477)
        case (false, true, 0xc): return (.ok, posted ?? 0)
        case (false, _, _): return (.ok, touch(.debugPort(address, bank: UInt8(select & 0xf)), isRead, value))
        case (true, true, _):
            let before = posted ?? 0
            posted = touch(accessPortRegister(address), isRead, value)
            return (.ok, before)
        case (true, false, _): _ = touch(accessPortRegister(address), isRead, value)
        }
        return (.ok, 0)
    }

    private func accessPortRegister(_ address: UInt8) -> DAPRegister {
        .accessPort(UInt8(select >> 24), UInt8(select & 0xf0) | address)
    }

    private func touch(_ register: DAPRegister, _ isRead: Bool, _ value: UInt32) -> UInt32 {
        accesses.append(Access(register: register, written: isRead ? nil : value))
        guard isRead else { return 0 }
        defer { readCounts[register, default: 0] += 1 }
        return Self.value(of: register, reading: readCounts[register, default: 0])
    }
}

final class ReferenceBus: USBBus {
    private let probe: ReferenceProbe
    init(_ probe: ReferenceProbe) { self.probe = probe }
    func devices() throws(USBError) -> [USBDeviceDescription] { [probe.device] }
    func claim(interface number: UInt8, of device: USBDeviceDescription) throws(USBError) -> any USBInterface
    { probe }
}
