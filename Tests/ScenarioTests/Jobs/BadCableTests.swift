// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Essentials
import Foundation
import Testing
import Workbench

@testable import SimulatedBench

/// One USB transfer of a whole job fails: each in turn with `EXTFLASH_SWEEP=all`, else some of each part of the job.
@Suite struct `A whole job with a bad cable` {
    typealias Kind = BenchConfiguration.ProbeKind
    typealias Fault = USBFaultPlan.Fault

    private static let used = randomBytes(0x4000, seed: 19)
    /// Begins and ends within sectors that are in use.
    private static let piece = Piece(0x9000_0F00, 2_900, seed: 20)
    private static let touched = 0x0000..<0x2000
    /// How many transfers fail where not all do.
    private static let samples = 4
    /// Virtual: the longest a single call of a loader may take, and some.
    private static let patience: Duration = .seconds(300)

    @Test(arguments: Kind.allCases, Fault.allCases)
    func `never succeeds wrongly, and leaves a bench that works`(kind: Kind, fault: Fault) async throws {
        for transfer in Self.ordinals(of: try await transferCount(kind), kind, fault) {
            try await work(kind, fault, at: transfer)
        }
    }

    private func work(_ kind: Kind, _ fault: Fault, at transfer: Int) async throws {
        let bench = try JobBench(kind) { configuration in
            configuration.flashContents = Self.used
            configuration.usbFaults.faults = [transfer: fault]
        }
        let label = "\(kind.rawValue), \(fault.rawValue) at transfer \(transfer)"
        let before = bench.cells
        let started = bench.simulation.time.now
        do {
            try await bench.program(Self.piece.bytes, at: Self.piece.address)
            #expect(bench.cells == before.holding([Self.piece]), "false success: \(label)")
        } catch let error as WorkbenchError {
            let failure = FailureClass(of: error)
            #expect(Self.isCable(failure, fault), "\(label): \(failure): \(error.codes) \(error.story)")
        }
        #expect(bench.simulation.time.now - started < Self.patience, "\(label) took too long")
        // As a person does who finds the probe gone.
        if fault == .disconnect { bench.simulation.replug() }
        do {
            try await bench.program(Self.piece.bytes, at: Self.piece.address)
        } catch let error as WorkbenchError {
            Issue.record("the next job after \(label): \(error.codes) \(error.story)")
            return
        }
        let after = bench.cells
        let start = Int(Self.piece.address - JobBench.flashStart)
        #expect(Array(after[start..<start + Self.piece.bytes.count]) == Self.piece.bytes, "\(label)")
        // What shares the sectors may be lost with the job that failed; nothing else may.
        #expect(after[Self.touched.upperBound...] == before[Self.touched.upperBound...], "\(label)")
    }

    /// A fault of the cable is told as one of the cable, never as one of target, loader or flash.
    private static func isCable(_ failure: FailureClass, _ fault: Fault) -> Bool {
        fault == .disconnect ? [.probeLost, .noProbe].contains(failure) : failure == .probeFailed
    }

    private func transferCount(_ kind: Kind) async throws -> Int {
        let bench = try JobBench(kind) { $0.flashContents = Self.used }
        try await bench.program(Self.piece.bytes, at: Self.piece.address)
        return bench.simulation.usbTransferCount
    }

    /// The job cut into equal parts, and a transfer of each.
    private static func ordinals(of count: Int, _ kind: Kind, _ fault: Fault) -> [Int] {
        guard ProcessInfo.processInfo.environment["EXTFLASH_SWEEP"] != "all" else { return Array(0..<count) }
        let salt = Kind.allCases.firstIndex(of: kind).map { $0 * Fault.allCases.count } ?? 0
        var generator = SeededGenerator(
            seed: UInt64(salt + (Fault.allCases.firstIndex(of: fault) ?? 0)))
        return (0..<samples).map { part in
            let first = count * part / samples
            return Int.random(in: first..<max(first + 1, count * (part + 1) / samples), using: &generator)
        }
    }
}
