// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Essentials
import TestLoaders
import Testing

@testable import FlashLoader

@Suite struct `Damaged loader files` {
    /// Reads, and looks at everything a reader of the image would.
    private func survive(_ bytes: [UInt8]) -> Bool {
        guard let image = try? LoaderFile(reading: bytes, fileName: "x.stldr") else { return false }
        let program = image.program
        _ = program.describe(program.entry(of: .write) ?? 0)
        _ = program.warnings.map(\.remark)
        for range in program.code { _ = program.bytes(in: range) }
        return true
    }

    @Test(arguments: TestLoader.readable) func `cut at any length are refused`(loader: TestLoader) throws {
        let whole = try loader.bytes()
        #expect(survive(whole))
        // Every length of the headers, then one in each few: files with debug information are large.
        let step = max(1, whole.count / 700) | 1
        let short = Damage.truncations(of: Array(whole.prefix(1_200)))
        for cut in short { #expect(!survive(cut), "\(cut.count) bytes") }
        for cut in Damage.truncations(of: whole, step: step) { #expect(!survive(cut), "\(cut.count) bytes") }
    }

    @Test(arguments: [TestLoader.vendorTemplate, .lyingRead]) func `with random damage never trap`(
        loader: TestLoader
    ) throws {
        let whole = try loader.bytes()
        for damaged in Damage.flips(of: whole, count: 400, seed: 23) { _ = survive(damaged) }
    }

    @Test func `of random bytes never trap`() {
        var generator = SeededGenerator(seed: 24)
        for count in 0..<400 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = survive(bytes)
            // With a header that lets the reader go on.
            _ = survive(
                [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1] + [UInt8](repeating: 0, count: 9) + [2, 0, 40, 0] + bytes)
        }
    }

    @Test func `StorageInfo of any length and contents is read or refused`() {
        var generator = SeededGenerator(seed: 25)
        for count in 0...240 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let info = try? StorageInfo.decode(bytes)
            #expect((info != nil) == (count >= 120), "\(count) bytes")
            _ = info?.end
        }
    }
}
