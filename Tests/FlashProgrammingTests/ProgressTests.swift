// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import FlashProgramming
import ObjectFiles
import Testing

@Suite struct `Progress and reports` {
    private func run(
        _ change: (ModelFlash) -> Void = { _ in }
    ) throws -> (events: [FlashProgress], report: FlashReport, device: ModelFlash) {
        let device = ModelFlash(try FlashGeometry(Scenario.storage([(64, 0x1000)])))
        device.cells = SeededBytes.make(0x4_0000)
        change(device)
        var events: [FlashProgress] = []
        let image = FirmwareImage(sorted: [
            ImageSegment(
                address: Scenario.start, bytes: SeededBytes.make(0x3_0800, seed: 1), origin: "app.bin")
        ])
        let report = try FlashProgrammer(engine: device, timebase: device.time, trace: .silent)
            .program(image, monitor: FlashMonitor { events.append($0) })
        return (events, report, device)
    }

    @Test func `never goes back and ends at the end`() throws {
        let (events, report, _) = try run()
        #expect(events.count > 10)
        for (old, new) in zip(events, events.dropFirst()) {
            #expect(new.elapsed >= old.elapsed)
            #expect(new.done <= new.total)
        }
        for phase in [FlashPhase.survey, .erase, .program, .verify] {
            let last = try #require(events.last { $0.phase == phase })
            #expect(last.done == last.total, "\(phase)")
            #expect(
                events.contains { $0.phase == phase && $0.done == 0 },
                "\(phase) is announced before its first byte")
            #expect(report.phases.contains { $0.phase == phase && $0.bytes == last.done })
        }
        let end = try #require(events.last)
        #expect(end.phaseRemaining == .zero && end.done == end.total)
    }

    @Test func `once a phase runs the estimate is its measured rate`() throws {
        let (events, _, _) = try run()
        // The model programs at 2 µs a byte.
        let middle = try #require(events.first { $0.phase == .program && $0.done > $0.total / 2 })
        let rate = try #require(middle.rate)
        #expect(abs(rate - 500_000) < 1000)
        let left = Double(middle.total - middle.done) / 500_000
        #expect(abs(middle.phaseRemaining.seconds - left) < 0.01)
    }

    @Test func `durations add up and are split between target and link`() throws {
        let (_, report, device) = try run()
        #expect(report.phases.reduce(Duration.zero) { $0 + $1.duration } == report.duration)
        #expect(report.duration == device.time.now && report.targetTime == device.targetTime)
        #expect(report.linkTime + report.targetTime == report.duration && report.linkTime > .zero)
        #expect(report.requestedBytes == 0x3_0800 && report.restoredBytes == 0x800)
    }

    @Test func `a long erase keeps telling`() throws {
        var ticks = 0
        let device = ModelFlash(try FlashGeometry(Scenario.storage([(64, 0x1000)])))
        device.cells = SeededBytes.make(0x4_0000)
        _ = try FlashProgrammer(engine: device, timebase: device.time, trace: .silent)
            .erase(
                .all, monitor: FlashMonitor { if $0.phase == .erase, $0.phaseElapsed > .zero { ticks += 1 } })
        #expect(ticks >= 2)
    }
}

@Suite struct `Digests` {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `SHA-256 of FIPS 180-4's examples`(text: String, digest: String) {
        #expect(SHA256.digest(of: Array(text.utf8)).description == digest)
    }

    @Test func `SHA-256 does not depend on how the bytes arrive`() {
        let bytes = SeededBytes.make(300)
        let whole = SHA256.digest(of: bytes)
        for size in [1, 3, 63, 64, 65, 128, 299] {
            var hash = SHA256()
            for low in stride(from: 0, to: bytes.count, by: size) {
                hash.update(Array(bytes[low..<min(low + size, bytes.count)]))
            }
            #expect(hash.finish() == whole)
        }
        // The length field moves into a block of its own from 56 bytes on; these three are on both sides of it.
        let edges = [55, 56, 64].map { SHA256.digest(of: [UInt8](repeating: 0x61, count: $0)).description }
        #expect(
            edges == [
                "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318",
                "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a",
                "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb",
            ])
    }

    @Test func `CRC-32 of the check string`() {
        var crc = CRC32()
        crc.update(Array("12345".utf8))
        crc.update(Array("6789".utf8))
        #expect(crc.value == 0xcbf4_3926)
        #expect(CRC32().value == 0)
    }
}
