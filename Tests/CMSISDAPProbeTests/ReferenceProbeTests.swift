// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import CMSISDAPProbe

/// Random batches against a probe that follows the specification, with one transfer failing somewhere.
@Suite struct `Batches on a reference CMSIS-DAP probe` {
    private struct Bench {
        let reference: ReferenceProbe
        let probe: CMSISDAPProbe

        init(_ generator: inout SeededGenerator, isHID: Bool) throws {
            let device: USBDeviceDescription = isHID ? .hid : .bulk
            let size = isHID ? 64 : [64, 100, 508, 512].randomElement(using: &generator) ?? 64
            reference = ReferenceProbe(
                device, packetSize: size, packetCount: Int.random(in: 1...5, using: &generator))
            probe = try CMSISDAPProbe(
                opening: device, on: ReferenceBus(reference), timebase: VirtualTime(), trace: .silent)
            try probe.connect(clock: .megahertz(10))
            reference.forgetAccesses()
        }
    }

    private func operation(_ generator: inout SeededGenerator) -> DAPOperation {
        let register: DAPRegister =
            Int.random(in: 0..<4, using: &generator) == 0
            ? .debugPort(4, bank: UInt8.random(in: 0...1, using: &generator))
            : .accessPort(
                UInt8.random(in: 0...3, using: &generator), UInt8.random(in: 0...63, using: &generator) << 2)
        let count = Int.random(in: 0...120, using: &generator)
        return switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1: .read(register)
        case 2, 3: .write(register, UInt32.random(in: 0...(.max), using: &generator))
        case 4: .readRepeated(register, count: count)
        default:
            .writeRepeated(
                register, (0..<count).map { _ in UInt32.random(in: 0...(.max), using: &generator) })
        }
    }

    /// What the operations amount to on the target, access by access, and the operation each belongs to.
    private func accesses(_ operations: [DAPOperation]) -> [(access: ReferenceProbe.Access, operation: Int)] {
        operations.enumerated().flatMap {
            index, operation -> [(access: ReferenceProbe.Access, operation: Int)] in
            switch operation {
            case .read(let register): [(.init(register: register, written: nil), index)]
            case .write(let register, let value): [(.init(register: register, written: value), index)]
            case .readRepeated(let register, let count):
                [ReferenceProbe.Access](repeating: .init(register: register, written: nil), count: count)
                    .map { ($0, index) }
            case .writeRepeated(let register, let values):
                values.map { (.init(register: register, written: $0), index) }
            }
        }
    }

    private func expectedValues(
        _ accesses: [(access: ReferenceProbe.Access, operation: Int)], from reference: ReferenceProbe
    ) -> [UInt32] {
        var seen: [DAPRegister: UInt32] = [:]
        return accesses.compactMap { access, _ in
            guard access.written == nil else { return nil }
            let count = seen[access.register] ?? reference.readCount(of: access.register)
            seen[access.register] = count + 1
            return ReferenceProbe.value(of: access.register, reading: count)
        }
    }

    @Test(arguments: [UInt64](1...40)) func `every access happens once, in order, and every word comes back`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let bench = try Bench(&generator, isHID: seed % 3 == 0)
        for _ in 0..<8 {
            let operations = (0..<Int.random(in: 0...12, using: &generator)).map { _ in operation(&generator)
            }
            let wanted = accesses(operations)
            let values = expectedValues(wanted, from: bench.reference)
            bench.reference.forgetAccesses()
            #expect(try bench.probe.execute(operations) == values)
            #expect(bench.reference.accesses == wanted.map(\.access))
        }
        #expect(bench.reference.deepest <= bench.probe.packetCount)
    }

    @Test(arguments: [UInt64](1...120))
    func `a failure is told with its operation, and work goes on behind it`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let isHID = seed % 3 == 0
        let bench = try Bench(&generator, isHID: isHID)
        let operations = (0..<10).map { _ in operation(&generator) }
        let wanted = accesses(operations)
        let values = expectedValues(wanted, from: bench.reference)
        let kind =
            ReferenceProbe.Acknowledge.allCases.filter { $0 != .ok }.randomElement(using: &generator)
            ?? .fault
        bench.reference.failure = (Int.random(in: 0...(wanted.count), using: &generator), kind)
        do {
            #expect(try bench.probe.execute(operations) == values)
        } catch ProbeError.acknowledge(let answer, let operation, let read) {
            let expected: FailedAcknowledge =
                switch kind {
                case .wait: .wait
                case .fault: .fault
                case .silence: FailedAcknowledge.none
                case .ok, .parity: .protocolError
                }
            #expect(answer == expected)
            // The words are the first ones, whole; they end in or before the operation that failed.
            #expect(read == Array(values.prefix(read.count)))
            let before = wanted.filter { $0.operation < operation && $0.access.written == nil }.count
            let within = wanted.filter { $0.operation <= operation && $0.access.written == nil }.count
            #expect((before...within).contains(read.count))
            // What came before was done, of the operation itself some, of later ones nothing.
            let done = wanted.prefix { $0.operation < operation }.map(\.access)
            let itself = Set(wanted.filter { $0.operation == operation }.map(\.access))
            #expect(bench.reference.accesses.starts(with: done))
            #expect(bench.reference.accesses.dropFirst(done.count).allSatisfy(itself.contains))
        }
        try checkRecovery(bench, needsLine: kind == .silence || kind == .parity, &generator)
    }

    /// What the layers above do next: see the flags, clear them, and go on as if nothing had been.
    private func checkRecovery(_ bench: Bench, needsLine: Bool, _ generator: inout SeededGenerator) throws {
        if needsLine {
            try bench.probe.resetLine()
        } else {
            // Answered whatever flag is set, so the driver must not need SELECT for it if the bank is 0 already.
            _ = try? bench.probe.execute([.read(.debugPort(4))])
        }
        _ = try bench.probe.execute([.write(.debugPort(0), 0x1e)])
        let operations = (0..<6).map { _ in operation(&generator) }
        let wanted = accesses(operations)
        let values = expectedValues(wanted, from: bench.reference)
        bench.reference.forgetAccesses()
        #expect(try bench.probe.execute(operations) == values)
        #expect(bench.reference.accesses == wanted.map(\.access))
    }

    @Test func `CTRL/STAT can be read while a sticky flag forbids everything else`() throws {
        var generator = SeededGenerator(seed: 1)
        let bench = try Bench(&generator, isHID: false)
        let word = DAPRegister.accessPort(3, 0xfc)
        _ = try bench.probe.execute([.read(word)])
        for transfer in 0..<6 {
            bench.reference.failure = (transfer, .fault)
            #expect(throws: ProbeError.self) {
                try bench.probe.execute([
                    .write(.accessPort(0, 4), 1), .read(.accessPort(2, 0xf8)), .read(word),
                ])
            }
            #expect(throws: Never.self) { try bench.probe.execute([.read(.debugPort(4))]) }
            _ = try bench.probe.execute([.write(.debugPort(0), 0x1e)])
        }
    }
}
