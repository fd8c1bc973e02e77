// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import TargetControl
import Testing
import Workbench

@testable import SimulatedBench

/// What ran on the target before the job came, and what is left of it afterwards.
@Suite struct `Whatever the application was doing` {
    typealias Application = BenchConfiguration.Application
    typealias Kind = BenchConfiguration.ProbeKind

    private static let bytes = randomBytes(5_000, seed: 11)

    /// Firmware that switched the debug pins off is met under reset, without being asked.
    @Test(arguments: Application.allCases, Kind.allCases)
    func `the job is done`(application: Application, kind: Kind) async throws {
        try await work(application, kind, .normal)
    }

    @Test(arguments: Application.allCases, Kind.allCases)
    func `the job is done under reset`(application: Application, kind: Kind) async throws {
        try await work(application, kind, .underReset)
    }

    private func work(_ application: Application, _ kind: Kind, _ mode: ConnectMode) async throws {
        let bench = try JobBench(kind) { $0.application = application }
        bench.adjust = { $0.connect = mode }
        let expected = bench.cells.holding([Piece(address: 0x9000_0123, bytes: Self.bytes)])
        try await bench.program(Self.bytes, at: 0x9000_0123)
        bench.expectCells(expected)
        // The next job finds nothing that the first one left behind.
        let read = try await bench.client().checksum("0x90000000+8k")
        #expect(read.crc32 == JobFiles.crc32(expected[..<0x2000]).hex)
    }
}
