// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import Testing

@testable import EmulatedCortexM
@testable import SimulatedBench
@testable import Workbench

@Suite struct `A job that is stopped` {
    private static let used = randomBytes(0x2_0000, seed: 21)
    /// From within a sector, over several, to within another.
    private static let piece = Piece(0x9000_0801, 0x1_0000, seed: 22)

    /// An observer that stops the job once `phase` has got somewhere.
    private func observer(stopping cancellation: Cancellation, in phase: FlashPhase) -> Observer {
        Observer(
            threshold: .warning, trace: { _, _, _ in },
            progress: { update in
                if update.phase == phase, update.done > 0 { cancellation.cancel() }
            })
    }

    @Test(arguments: [FlashPhase.survey, .erase, .program, .verify])
    func `tells what was done, lets the target go, and can be done again`(phase: FlashPhase) async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        let before = bench.cells
        let image = try bench.image(Self.piece.bytes, at: Self.piece.address)
        let cancellation = Cancellation()
        let client = bench.client(
            observer: observer(stopping: cancellation, in: phase), cancellation: cancellation)
        let error = try await bench.expectFailure(.cancelled, "FLS-014", leavingCells: false) { _ in
            _ = try await client.program(ProgramRequest(images: [image]))
        }
        let journal = try #require(error.journal)
        #expect(journal.isUntouched == (phase == .survey))
        expect(bench.cells, tellAs: journal, before: before)
        let outcome = try #require(FlashOutcome(of: error))
        #expect(outcome.erased == journal.erased.report && outcome.programmed == journal.programmed.report)
        #expect(outcome.unknown == journal.unknown.report && outcome.verified == journal.verified.report)
        if phase == .survey {
            #expect(outcome.repetition == "starts-over" && outcome.lines == ["the flash was not changed"])
        } else {
            // What shared a sector with the image is lost until it is written back.
            let isLost = !outcome.lost.isEmpty
            #expect(outcome.repetition == (isLost ? "completes-with-loss" : "completes"))
            #expect(outcome.lines.last?.hasPrefix("the same command does the rest") == true)
            #expect(outcome.lines.last?.contains("cannot bring back") == isLost)
        }
        #expect(!bench.machine.m7.core.debug.isHalted && !bench.machine.m4.core.debug.isHalted)

        try await bench.program(Self.piece.bytes, at: Self.piece.address)
        #expect(bench.cells(Self.piece.bytes.count, at: Self.piece.address) == Self.piece.bytes)
    }

    /// The journal's account of every byte against the cells.
    private func expect(_ cells: [UInt8], tellAs journal: FlashJournal, before: [UInt8]) {
        func offsets(_ ranges: AddressRangeSet) -> [Range<Int>] {
            ranges.ranges.map { range in
                let start = Int(range.start - JobBench.flashStart)
                return start..<start + range.count
            }
        }
        let wanted = before.holding([Self.piece])
        for range in offsets(journal.programmed) {
            #expect(cells[range] == wanted[range], "programmed \(range)")
        }
        for range in offsets(journal.erased) {
            #expect(cells[range].allSatisfy { $0 == 0xFF }, "erased \(range)")
        }
        var rest = cells
        for range in [journal.programmed, journal.erased, journal.unknown].flatMap(offsets) {
            rest.replaceSubrange(range, with: before[range])
        }
        #expect(rest == before, "bytes changed that the journal does not name")
    }

    @Test func `stops while reading, and leaves no file`() async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        let cancellation = Cancellation()
        let client = bench.client(
            observer: observer(stopping: cancellation, in: .read), cancellation: cancellation)
        let path = bench.scratch.path("back.bin")
        try await bench.expectFailure(.cancelled, "FLS-014") { _ in
            _ = try await client.read(ReadRequest(range: nil, path: path))
        }
        #expect(throws: (any Error).self) { try bench.scratch.contents("back.bin") }
    }

    @Test func `before it began touches nothing`() async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        let cancellation = Cancellation()
        cancellation.cancel()
        let image = try bench.image(Self.piece.bytes, at: Self.piece.address)
        let error = try await #require(throws: WorkbenchError.self) {
            _ = try await bench.client(cancellation: cancellation).program(ProgramRequest(images: [image]))
        }
        #expect(FailureClass(of: error) == .cancelled)
        #expect(Array(bench.cells.prefix(Self.used.count)) == Self.used)
        try await bench.program(Self.piece.bytes, at: Self.piece.address)
    }
}
