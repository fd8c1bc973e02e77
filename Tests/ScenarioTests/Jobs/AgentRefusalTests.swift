// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// What the agent leaves to the loader, and says so where nothing else is allowed.
@Suite struct `A flash that the agent does not take over` {
    private static let piece = Piece(0x9000_0100, 0x300, seed: 71)

    @Test func `is one in the vendor's layout`() async throws {
        let bench = try JobBench()
        bench.adjust = { ($0.engine, $0.layout) = (.agent, .vendor) }
        try await bench.expectFailure(.loaderFailed, "AGT-009") { bench in
            try await bench.program(Self.piece.bytes, at: Self.piece.address)
        }
        bench.adjust = { ($0.engine, $0.layout) = (.auto, .vendor) }
        let report = try await bench.program(Self.piece.bytes, at: Self.piece.address)
        #expect(report.verification.method == "read")
        #expect(bench.cells(0x300, at: Self.piece.address) == Self.piece.bytes)
    }

    /// The loader works on the first 16 MiB, as far as it goes.
    @Test func `is one that three bytes of address do not reach`() async throws {
        let bench = try FamilyBench("w25q256jv", .winbondShortAddress, engine: .agent)
        let error = try await bench.failure([Self.piece])
        #expect(error.codes.contains("AGT-008"), "\(error.codes) \(error.story)")
    }
}
