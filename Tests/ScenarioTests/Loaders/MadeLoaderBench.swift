// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit

@testable import SimulatedBench
@testable import Workbench

/// Shipped boards whose loaders are made from their files.
enum MadeLoaderBench {
    /// What the first chips hold before a job.
    static let used = randomBytes(0x2_0000, seed: 81)

    static func make(
        _ board: String, engine: EngineChoice = .auto, contents: [UInt8]? = used,
        _ change: (inout BenchConfiguration) -> Void = { _ in }
    ) throws -> JobBench {
        var configuration = BenchConfiguration(
            board: try BoardDescription(board, files: .repository), files: .repository)
        configuration.flashContents = contents
        change(&configuration)
        let bench = try JobBench(configuration)
        bench.adjust = { ($0.board, $0.engine) = (board, engine) }
        return bench
    }

    /// Without a copy of all of them; even bytes of two chips are the first one's.
    static func cells(_ bench: JobBench, _ count: Int, at address: UInt32) -> [UInt8] {
        let chips = bench.machine.chips
        for chip in chips { chip.settle() }
        let start = Int(address - JobBench.flashStart)
        return (start..<start + count).map { chips[$0 % chips.count].array[$0 / chips.count] }
    }
}
