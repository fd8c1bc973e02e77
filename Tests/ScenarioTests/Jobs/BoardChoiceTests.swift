// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ShippedConfiguration
import SimulatedBench
import Testing

@testable import Workbench

@Suite struct `The board of a job` {
    private static let image = Piece(0x9000_0000, 0x1000, seed: 41)

    /// The seed board's file, for another target.
    private func foreignBoard(on bench: JobBench) throws -> String {
        let shipped = try #require(ShippedConfiguration.bytes(of: "boards/stm32h745xi-w25q128.yaml"))
        let text = String(decoding: shipped, as: UTF8.self)
            .replacing("target: stm32h745", with: "target: stm32h743")
        return try bench.scratch.file("foreign.yaml", Array(text.utf8))
    }

    @Test func `decides which target is right, and another one is refused`() async throws {
        let bench = try JobBench { $0.flashContents = randomBytes(0x1000, seed: 40) }
        let board = try foreignBoard(on: bench)
        bench.adjust = { $0.board = board }
        try await bench.expectFailure(.wrongPart, "WRK-033") { bench in
            try await bench.program(Self.image.bytes, at: Self.image.address)
        }
    }

    @Test func `gives way to a target that was named`() async throws {
        let bench = try JobBench()
        let board = try foreignBoard(on: bench)
        bench.adjust = { ($0.board, $0.target) = (board, "stm32h745") }
        try await bench.program(Self.image.bytes, at: Self.image.address)
        #expect(bench.cells(Self.image.bytes.count, at: Self.image.address) == Self.image.bytes)
    }
}
