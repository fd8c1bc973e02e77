// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import TestLoaders
import Testing

@testable import SimulatedBench
@testable import Workbench

@Suite struct `Wrong input` {
    private static let used = randomBytes(0x4000, seed: 14)

    @Test(arguments: WrongInput.allCases) func `is told as what it is, and nothing is written`(
        input: WrongInput
    ) async throws {
        let bench = try JobBench { configuration in
            configuration.flashContents = Self.used
            input.configure(&configuration)
        }
        let images = try input.images(on: bench)
        var request = bench.client().request
        try input.adjust(&request, on: bench)
        let adjusted = request
        bench.adjust = { $0 = adjusted }
        // A bench the selector does not describe is none that could be switched on.
        let error = try await bench.expectFailure(input.expected.failure, input.expected.code) { bench in
            _ = try await bench.client().program(ProgramRequest(images: images))
        }
        #expect(!error.summary.isEmpty)
    }

    @Test func `has an exit code of its own, each kind`() {
        let codes =
            WrongInput.allCases.map(\.expected.failure.rawValue) + [FailureClass.verifyMismatch.rawValue]
        #expect(Set(codes).count == codes.count)
        #expect(!codes.contains(0) && !codes.contains(1))
    }

    @Test func `names file, line and place`() async throws {
        let bench = try JobBench()
        func story(_ input: WrongInput) async throws -> String {
            let images = try input.images(on: bench)
            let error = try await #require(throws: WorkbenchError.self) {
                _ = try await bench.client().program(ProgramRequest(images: images))
            }
            return error.story
        }
        #expect(try await story(.hexChecksum).contains(/a\.hex.*3/))
        #expect(try await story(.truncatedELF).contains("a.elf"))
        let overlap = try await story(.overlap)
        #expect(overlap.contains("image.bin") && overlap.contains("b.hex") && overlap.contains("0x900002f0"))
        #expect(try await story(.beyondFlash).contains("image.bin"))
    }

    @Test func `a mismatch is told by its first address, both bytes and the count`() async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        var wanted = Array(Self.used[0x100..<0x2100])
        for offset in [0x333, 0x334, 0x1FFF] { wanted[offset] ^= 0x81 }
        let image = try bench.image(wanted, at: 0x9000_0100)
        let error = try await bench.expectFailure(.verifyMismatch, "FLS-008") { bench in
            _ = try await bench.client().verify(ImageSetRequest([image]))
        }
        let (should, found) = (wanted[0x333], Self.used[0x433])
        #expect(error.story.contains("3 of 8192 bytes"), "\(error.story)")
        #expect(error.story.contains("0x90000433"), "\(error.story)")
        #expect(error.story.contains("expected \(should.hex), found \(found.hex)"), "\(error.story)")
    }

    @Test func `a write that is none is found by reading back`() async throws {
        let bench = try JobBench()
        bench.adjust = { $0.loader = TestLoader.lyingWrite.path }
        let error = try await bench.expectFailure(.verifyMismatch, "FLS-008") { bench in
            try await bench.program(randomBytes(300, seed: 15))
        }
        #expect(error.journal?.programmed.isEmpty == false)
    }
}

/// The flash's own troubles, from before we came.
@Suite struct `A flash in trouble` {
    typealias Fault = BenchConfiguration.FlashFault

    @Test(arguments: [Fault.none, .quadDisabled, .poweredDown, .continuousRead, .qpi])
    func `that a loader can help is programmed`(fault: Fault) async throws {
        let bench = try JobBench { $0.flashFault = fault }
        let piece = Piece(0x9000_0080, 700, seed: 16)
        try await bench.program(piece.bytes, at: piece.address)
        #expect(bench.cells(700, at: piece.address) == piece.bytes)
    }

    @Test(
        arguments: [
            (.absent, .flashSilent), (.unpowered, .flashSilent), (.blockProtected, .flashProtected),
            (.individuallyLocked, .flashProtected), (.badCell, .flashFailed), (.stuckBusy, .flashFailed),
        ] as [(Fault, FailureClass)])
    func `that nobody can help is told`(fault: Fault, failure: FailureClass) async throws {
        let bench = try JobBench { configuration in
            configuration.flashFault = fault
            configuration.flashContents = randomBytes(0x2000, seed: 17)
        }
        let error = try await #require(throws: WorkbenchError.self) {
            try await bench.program(randomBytes(0x2000, seed: 18))
        }
        #expect(FailureClass(of: error) == failure, "\(error.story)")
    }
}
