// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import FlashProgramming
import ObjectFiles
import TestLoaders
import Testing

@testable import SimulatedBench

/// Link and flash at work at the same time.
@Suite struct `Uploading while the core programs` {
    private let start = LoaderBench.flashStart
    private static let probes: [BenchConfiguration.ProbeKind] = [.stlinkV21, .stlinkV3, .cmsisDAPv2]

    /// Writes pieces one after the other, each announced by the one before if `announcing`.
    private func write(
        _ data: [UInt8], in size: Int, announcing: Bool, _ kind: BenchConfiguration.ProbeKind
    ) throws -> (bench: LoaderBench, loader: LoadedLoader, time: Duration) {
        let bench = try LoaderBench(kind)
        let loader = try bench.loadReference()
        try loader.initialize()
        let before = bench.bench.time.now
        for offset in stride(from: 0, to: data.count, by: size) {
            let rest = data[min(offset + size, data.count)...]
            try loader.write(
                Array(data[offset..<min(offset + size, data.count)]), at: start + UInt32(offset),
                preparing: announcing ? Array(rest.prefix(size)) : [])
        }
        return (bench, loader, bench.bench.time.now - before)
    }

    @Test(arguments: probes) func `takes less time and gives the same`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let data = randomBytes(5 << 15, seed: 21)
        let plain = try write(data, in: 1 << 15, announcing: false, kind)
        let overlapped = try write(data, in: 1 << 15, announcing: true, kind)
        #expect(plain.bench.cells(data.count, at: start) == data)
        #expect(overlapped.bench.cells(data.count, at: start) == data)
        #expect(overlapped.time < plain.time * 0.85, "\(kind): \(plain.time), \(overlapped.time)")
        // The core's share is in both, and no larger than the whole.
        for run in [plain, overlapped] { #expect(run.loader.targetTime > .milliseconds(256)) }
        #expect(overlapped.loader.targetTime <= overlapped.time)
    }

    @Test func `what was announced and did not come is not programmed`() throws {
        let bench = try LoaderBench()
        let loader = try bench.loadReference()
        let (first, wrong, right) = (
            randomBytes(9000, seed: 1), randomBytes(9000, seed: 2), randomBytes(9000, seed: 3)
        )
        try loader.write(first, at: start, preparing: wrong)
        try loader.write(right, at: start + 0x4000)
        try loader.write(first, at: start + 0x8000, preparing: right)
        // Init in between, for the change to reading and back.
        #expect(try loader.read(16, at: start + 0x8000) == Array(first[..<16]))
        try loader.write(right, at: start + 0xC000)
        #expect(bench.cells(9000, at: start) == first)
        #expect(bench.cells(9000, at: start + 0x4000) == right)
        #expect(bench.cells(9000, at: start + 0x8000) == first)
        #expect(bench.cells(9000, at: start + 0xC000) == right)
    }

    @Test func `one long write overlaps by itself`() throws {
        let data = randomBytes(300_000, seed: 22)
        let run = try write(data, in: data.count, announcing: false, .stlinkV3)
        #expect(run.bench.cells(data.count, at: start) == data)
        let upload = try write(Array(data[..<1000]), in: 1000, announcing: false, .stlinkV3)
        #expect(run.time < upload.time * 300)
        #expect(run.loader.targetTime > run.time * 0.7)
    }

    @Test func `the pipeline uses it and reports the target's share`() throws {
        let bench = try LoaderBench()
        let loader = try bench.loadReference()
        try loader.initialize()
        let device = try LoaderEngine(loader)
        let programmer = FlashProgrammer(engine: device, timebase: bench.bench.time, trace: .silent)
        let data = randomBytes(5 << 16, seed: 23)
        let image = FirmwareImage(
            sorted: [ImageSegment(address: start, bytes: data, origin: "data")])
        let report = try programmer.program(image)
        #expect(bench.cells(data.count, at: start) == data)
        let phase = try #require(report.phases.first { $0.phase == .program })
        #expect(report.targetTime > .milliseconds(400) && report.targetTime < report.duration)
        // Only the first of five uploads has nothing to hide behind; the rest is what calls cost.
        let reading = try #require(report.phases.first { $0.phase == .verify })
        let upload = reading.duration * (Double(phase.bytes) / Double(reading.bytes))
        #expect(phase.duration - report.targetTime < upload * 0.5)
    }

    @Test func `reading in between leaves what was brought in its buffer`() throws {
        // Its Read needs a buffer.
        let bench = try LoaderBench()
        let loader = try bench.load(.cycleCounter)
        let (first, second) = (randomBytes(16_384, seed: 24), randomBytes(16_384, seed: 25))
        try loader.write(first, at: start, preparing: second)
        #expect(try loader.read(5_000, at: start + 100) == Array(first[100..<5_100]))
        try loader.initialize()
        let transferred = bench.bench.statistics.usbBytesOut
        try loader.write(second, at: start + 0x8000)
        #expect(bench.bench.statistics.usbBytesOut - transferred < 8_000)
        #expect(bench.cells(second.count, at: start + 0x8000) == second)
    }

    @Test func `a cancelled erase is a cancellation, not a failure that is tried again`() throws {
        let bench = try LoaderBench()
        let loader = try bench.loadReference()
        try loader.initialize()
        let programmer = FlashProgrammer(
            engine: try LoaderEngine(loader), timebase: bench.bench.time, trace: .silent)
        let cancellation = Cancellation()
        let error = try #require(throws: FlashError.self) {
            _ = try programmer.erase(
                .all,
                monitor: FlashMonitor(
                    cancellation: cancellation, progress: { _ in cancellation.cancel() }))
        }
        guard case .cancelled = error else {
            Issue.record("\(error)")
            return
        }
        #expect(bench.bench.time.now < .seconds(10))
    }
}
