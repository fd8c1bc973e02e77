// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Essentials
import Testing

@testable import SimulatedBench

/// A host with its own clock, which submits what it likes and looks when it likes.
private final class ScriptedHost {
    let target = ScriptedTarget()
    let port: BenchUSBPort
    private var wall: Duration = .seconds(100)
    private(set) var ended: [BenchURB.Completion] = []

    init(_ kind: BenchConfiguration.ProbeKind) {
        var configuration = BenchConfiguration()
        configuration.probe = kind
        port = BenchUSBPort(SimulatedBench(configuration, target: target))
        look()
    }

    func look(after pause: Duration = .zero) {
        wall += pause
        ended += port.advance(to: wall)
    }
    func end(of id: UInt64) -> BenchURB.Completion? { ended.first { $0.id == id } }

    /// An ST-LINK's GET_CURRENT_MODE.
    static let mode: [UInt8] = [0xF5] + [UInt8](repeating: 0, count: 15)
    func write(_ bytes: [UInt8]) -> UInt64 { port.submit(.out(bytes, endpoint: 0x01)) }
    func read(_ count: Int) -> UInt64 { port.submit(.read(count: count, endpoint: 0x81)) }
    func control(_ setup: [UInt8], _ data: [UInt8] = []) -> UInt64 {
        port.submit(.control(setup: setup, data: data))
    }
}

@Suite struct `Device port` {
    @Test func `serves a read that was queued before its command`() throws {
        let host = ScriptedHost(.stlinkV3)
        let read = host.read(2)
        host.look(after: .seconds(3_600))
        #expect(host.ended.isEmpty)
        let write = host.write(ScriptedHost.mode)
        host.look()
        #expect(host.ended.map(\.id) == [write, read])
        #expect(host.end(of: read)?.bytes == [1, 0])
        #expect(host.end(of: write)?.transferred == 16)
    }

    @Test func `answers several reads of one endpoint in their order`() throws {
        let host = ScriptedHost(.stlinkV3)
        let reads = [host.read(2), host.read(6)]
        _ = host.write(ScriptedHost.mode)
        _ = host.write([0xF1] + [UInt8](repeating: 0, count: 15))
        host.look()
        #expect(reads.map { host.end(of: $0)?.bytes.count } == [2, 6])
    }

    @Test func `does not wait for the wall clock`() {
        let host = ScriptedHost(.stlinkV3)
        let before = host.target.now
        for _ in 0..<10 {
            _ = host.write(ScriptedHost.mode)
            _ = host.read(2)
            host.look()
        }
        #expect(host.ended.count == 20)
        // Two microframes each, at least.
        #expect(host.target.now - before >= 10 * .microseconds(250))
    }

    @Test func `lets an idle target live as long as the wall clock says, up to the limit`() {
        let host = ScriptedHost(.stlinkV3)
        let before = host.target.now
        host.look(after: .milliseconds(7))
        #expect(host.target.now - before == .milliseconds(7))
        host.look(after: .seconds(9))
        #expect(host.target.now - before == .milliseconds(27))
        host.look()
        #expect(host.target.now - before == .milliseconds(27))
    }

    @Test func `counts the host's work as time that has passed`() {
        let host = ScriptedHost(.stlinkV3)
        let before = host.target.now
        _ = host.write(ScriptedHost.mode)
        _ = host.read(2)
        host.look(after: .milliseconds(5))
        #expect(host.target.now - before == .milliseconds(5))
    }

    @Test func `gives a cancelled read back with what had come`() {
        let host = ScriptedHost(.cmsisDAPv2)
        host.port.bench.controller.function.outbox.send(
            [UInt8](repeating: 7, count: 512), on: 0x81, packetSize: 512, at: 0)
        let read = host.read(1024)
        host.look()
        #expect(host.ended.isEmpty)
        host.port.cancel(read)
        host.look()
        #expect(host.end(of: read)?.status == .cancelled)
        #expect(host.end(of: read)?.bytes.count == 512)
        let next = host.read(512)
        host.look()
        #expect(host.end(of: next) == nil)
    }

    @Test func `leaves the answer to a cancelled read for the next`() {
        let host = ScriptedHost(.stlinkV3)
        let early = host.read(2)
        host.look()
        host.port.cancel(early)
        host.port.cancel(early)
        _ = host.write(ScriptedHost.mode)
        let late = host.read(2)
        host.look()
        #expect(host.ended.count { $0.id == early } == 1)
        #expect(host.end(of: early)?.status == .cancelled)
        #expect(host.end(of: late)?.bytes == [1, 0])
    }

    @Test func `answers standard requests on endpoint 0`() {
        let host = ScriptedHost(.cmsisDAPv1)
        let device = host.control([0x80, 6, 0, 1, 0, 0, 64, 0])
        let refused = host.control([0x80, 6, 0, 6, 0, 0, 64, 0])
        let report = host.control([0x81, 6, 0, 0x22, 0, 0, 255, 0])
        host.look()
        #expect(host.end(of: device)?.bytes == host.port.deviceDescriptor)
        #expect(host.end(of: refused)?.status == .stalled)
        #expect(host.end(of: report)?.bytes.prefix(3) == [0x06, 0x00, 0xFF])
    }

    @Test func `refuses what no endpoint can do`() {
        let host = ScriptedHost(.stlinkV3)
        let ids = [
            host.port.submit(.out([1], endpoint: 0x81)), host.port.submit(.read(count: 1, endpoint: 0x01)),
            host.port.submit(.read(count: 1, endpoint: 0x8F)), host.control([0x80, 6]),
        ]
        host.look()
        #expect(
            ids.map { host.end(of: $0)?.status } == [
                .noSuchEndpoint, .noSuchEndpoint, .noSuchEndpoint, .noSuchEndpoint,
            ])
    }

    @Test func `ends everything when the plug is pulled, and starts afresh when it is back`() {
        let host = ScriptedHost(.stlinkV3)
        let generation = host.port.generation
        let waiting = [host.read(2), host.read(2)]
        host.look()
        host.port.unplug()
        let late = host.read(2)
        host.look()
        #expect(
            (waiting + [late]).map { host.end(of: $0)?.status } == [
                .disconnected, .disconnected, .disconnected,
            ])
        #expect(!host.port.isPlugged)
        host.port.plug()
        #expect(host.port.isPlugged)
        #expect(host.port.generation != generation)
        _ = host.write(ScriptedHost.mode)
        let read = host.read(2)
        host.look()
        #expect(host.end(of: read)?.bytes == [1, 0])
    }

    @Test func `stalls, until the halt is cleared`() {
        let host = ScriptedHost(.stlinkV3)
        host.port.inject(.stall, on: 0x81, after: 1)
        for _ in 0..<3 {
            _ = host.write(ScriptedHost.mode)
            _ = host.read(2)
        }
        host.look()
        let reads = host.ended.filter { $0.id % 2 == 0 }.map(\.status)
        #expect(reads == [.done, .stalled, .stalled])
        #expect(host.port.clearHalt(0x81))
        #expect(!host.port.clearHalt(0x8F))
        let read = host.read(2)
        host.look()
        #expect(host.end(of: read)?.bytes == [1, 0])
    }

    @Test func `lets a transfer hang until it is taken back`() {
        let host = ScriptedHost(.stlinkV3)
        host.port.inject(.timeout, on: nil, after: 0)
        let write = host.write(ScriptedHost.mode)
        host.look(after: .seconds(60))
        #expect(host.ended.isEmpty)
        host.port.cancel(write)
        host.look()
        #expect(host.end(of: write)?.status == .cancelled)
        #expect(host.end(of: write)?.transferred == 0)
    }

    @Test func `loses the device in the middle of a transfer`() {
        let host = ScriptedHost(.stlinkV3)
        host.port.inject(.disconnect, on: 0x01, after: 0)
        let read = host.read(2)
        let write = host.write(ScriptedHost.mode)
        let control = host.control([0x80, 6, 0, 1, 0, 0, 64, 0])
        host.look()
        #expect(
            [read, write, control].map { host.end(of: $0)?.status } == [
                .disconnected, .disconnected, .disconnected,
            ])
        #expect(!host.port.isPlugged)
    }

    @Test func `cuts a command short and says how much of it moved`() {
        let host = ScriptedHost(.stlinkV3)
        host.port.inject(.short, on: 0x01, after: 0)
        let write = host.write(ScriptedHost.mode)
        host.look()
        #expect(host.end(of: write) == nil)
        host.port.cancel(write)
        host.look()
        #expect(host.end(of: write)?.transferred == 8)
    }

    @Test func `takes transfers back on a reset and keeps the firmware's state`() {
        let host = ScriptedHost(.stlinkV3)
        _ = host.write([0xF2, 0x30, 0xA3] + [UInt8](repeating: 0, count: 13))
        _ = host.read(2)
        host.look()
        let pending = host.read(2)
        host.port.reset()
        host.look()
        #expect(host.end(of: pending)?.status == .cancelled)
        _ = host.write(ScriptedHost.mode)
        let read = host.read(2)
        host.look()
        #expect(host.end(of: read)?.bytes == [2, 0])
    }

    @Test func `ends an OUT with an empty packet where asked`() {
        let host = ScriptedHost(.cmsisDAPv2)
        // 512 bytes are a whole request; the empty packet after it is one of its own and says nothing.
        var request = [UInt8](repeating: 0, count: 512)
        request[1] = 0xFE
        let write = host.port.submit(.out(request, endpoint: 0x01, endsWithEmptyPacket: true))
        let read = host.read(512)
        host.look()
        #expect(host.end(of: write)?.transferred == 512)
        #expect(host.end(of: read)?.bytes == [0x00, 1, 8])
    }

    @Test func `takes the board's supply away without losing the probe`() {
        let host = ScriptedHost(.stlinkV3)
        host.port.powerCycleTarget()
        #expect(host.target.powerCycles == 1)
        #expect(host.port.isPlugged)
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `never traps on a wild host`(kind: BenchConfiguration.ProbeKind) {
        let host = ScriptedHost(kind)
        var random = SeededGenerator(seed: 11)
        var submitted: [UInt64] = []
        for _ in 0..<2_000 {
            switch UInt8.random(in: 0..<9, using: &random) {
            case 0, 1:
                let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                submitted.append(
                    host.port.submit(.out(bytes, endpoint: UInt8.random(in: 0...5, using: &random))))
            case 2, 3:
                let endpoint = 0x80 | UInt8.random(in: 0...5, using: &random)
                submitted.append(
                    host.port.submit(
                        .read(count: Int.random(in: 0...600, using: &random), endpoint: endpoint)))
            case 4:
                let setup = (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
                submitted.append(host.control(setup, [1, 2, 3]))
            case 5: host.port.cancel(submitted.randomElement(using: &random) ?? 0)
            case 6: host.look(after: .milliseconds(Int.random(in: 0...3, using: &random)))
            case 7:
                host.port.inject(
                    USBFaultPlan.Fault.allCases.randomElement(using: &random) ?? .stall, on: nil, after: 3)
            default: if Bool.random(using: &random) { host.port.plug() } else { host.port.reset() }
            }
        }
        host.port.unplug()
        host.look()
        #expect(Set(host.ended.map(\.id)) == Set(submitted))
        #expect(host.ended.count == submitted.count)
    }
}
