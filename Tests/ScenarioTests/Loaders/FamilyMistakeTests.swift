// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import TestLoaders
import Testing

@testable import SimulatedBench
@testable import Workbench

/// Mistakes that are easily made with a family: each is told by its cause, and nothing is called good.
@Suite struct `A mistake with a family of flash` {
    private static let used = randomBytes(0x2_0000, seed: 81)

    /// What the job says, and what it advises.
    private func failure(_ part: String, _ loader: TestLoader, at address: UInt32 = 0x9000_0000) async throws
        -> (story: String, remedies: [String])
    {
        let bench = try FamilyBench(part, loader, used: Self.used)
        let error = try await bench.failure([Piece(address, 0x1800, seed: 82)])
        return (error.story, ErrorReport(error).remedies)
    }

    @Test func `Winbond: three bytes of address do not reach beyond 16 MiB`() async throws {
        let bench = try FamilyBench("w25q256jv", .winbondShortAddress, used: Self.used)
        let error = try await bench.failure([Piece(0x9100_0000, 0x1800, seed: 82)])
        #expect(error.story.contains("sends EBh with 3 bytes of address"), "\(error.story)")
        #expect(error.story.contains("reach the first 16 MiB of the 32 MiB"), "\(error.story)")
        // What the job was not about is as it was.
        #expect(try bench.cells(Self.used.count, at: 0x9000_0000) == Self.used)
        // As far as they reach they work.
        try await bench.program([Piece(0x9000_1000, 0x800, seed: 83)])
    }
    @Test func `Micron: four bytes of address are not switched on without a write enable`() async throws {
        let (story, remedies) = try await failure("mt25ql512ab", .micronNoWriteEnable)
        #expect(story.contains("sends EBh with 4 bytes of address, the flash on bank 2 takes 3"), "\(story)")
        #expect(remedies.contains { $0.contains("after a write enable") }, "\(remedies)")
    }
    @Test(arguments: [
        ("mt25ql512ab", TestLoader.micronWrongDummy, "with 10 clocks", "needs 8 (VCR 0x8b)"),
        ("is25lp256", .issiWrongDummy, "with 8 clocks", "needs 10 (RPR 0x50)"),
    ])
    func `the controller waits for other dummy clocks than the flash`(
        part: String, loader: TestLoader, sent: String, needed: String
    ) async throws {
        let (story, remedies) = try await failure(part, loader)
        #expect(story.contains("sends EBh \(sent)") && story.contains(needed), "\(story)")
        #expect(remedies.contains { $0.contains("dummy cycles") }, "\(remedies)")
    }
    @Test(arguments: [("mx25l25645g", TestLoader.macronixNoQuad), ("gd25q128", .gigadeviceOtherQuadBit)])
    func `nobody sets the quad enable bit where the part has it`(part: String, loader: TestLoader)
        async throws
    {
        let (story, remedies) = try await failure(part, loader)
        #expect(story.contains("the quad enable bit of the flash on bank 2 is not set"), "\(story)")
        #expect(remedies.contains { $0.contains("QE") }, "\(remedies)")
    }
    @Test func `Spansion: a status register is polled that the flash does not have`() async throws {
        let (story, remedies) = try await failure("s25fl256s", .spansionOtherStatus)
        #expect(story.contains("the loader's last command, 70h, is no instruction of the flash"), "\(story)")
        #expect(remedies.contains { $0.contains("made for another flash") }, "\(remedies)")
    }
}
