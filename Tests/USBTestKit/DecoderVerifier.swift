// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What every decoder of bytes from a cable must stand.
///
/// Cut short anywhere, it fails with an error; with rubbish behind the answer, or rubbish all over, it does
/// not trap.
package struct DecoderVerifier {
    /// An answer that decodes.
    package var sample: [UInt8]
    /// Bytes without which decoding must fail; all of the sample unless said otherwise.
    package var needed: Int
    package var seed: UInt64

    package init(_ sample: [UInt8], needing needed: Int? = nil, seed: UInt64 = 1) {
        (self.sample, self.needed, self.seed) = (sample, needed ?? sample.count, seed)
    }

    /// - Returns: what the decoder got wrong, in words; a test expects nothing.
    package func violations(_ decode: ([UInt8]) throws -> Void) -> [String] {
        var violations: [String] = []
        var generator = SeededGenerator(seed: seed)
        if !decodes(sample, decode) { violations.append("refuses the sample") }
        let tail = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
        if !decodes(sample + tail, decode) { violations.append("refuses the sample with rubbish behind it") }
        for count in 0..<needed where decodes(Array(sample.prefix(count)), decode) {
            violations.append("accepts \(count) of \(needed) bytes")
        }
        for _ in 0..<500 {
            let count = Int.random(in: 0...(sample.count * 2 + 8), using: &generator)
            // Either result will do; a trap ends the test run.
            _ = decodes((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }, decode)
        }
        return violations
    }

    private func decodes(_ bytes: [UInt8], _ decode: ([UInt8]) throws -> Void) -> Bool {
        do {
            try decode(bytes)
            return true
        } catch {
            return false
        }
    }
}
