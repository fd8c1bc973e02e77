// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import FlashAgent

@Suite struct `Packed data` {
    /// Random bytes, bytes of few kinds, stretches of one byte, and what was there before, in turn.
    private static func mixture(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = Generator(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let length = Int.random(in: 1...400, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes += (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            case 1: bytes += (0..<length).map { _ in UInt8.random(in: 0...1, using: &random) }
            case 2: bytes += [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: length)
            default:
                let start = Int.random(in: 0...bytes.count, using: &random)
                bytes += Array(bytes[start...].prefix(length))
            }
        }
        return Array(bytes.prefix(count))
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    @Test(arguments: [13, 64, 257, 4096, 30_000, LZ4Block.largest])
    func `comes out as it went in`(count: Int) throws {
        for seed in 0..<20 {
            let bytes = Self.mixture(count, seed: UInt64(seed + count))
            guard let packed = PackedData.pack(bytes) else { continue }
            #expect(packed.count <= PackedData.limit(count))
            #expect(PackedData.unpack(packed[...], to: count) == bytes)
            // In place, as the target does it.
            let size = packed.count
            var buffer = [UInt8](repeating: 0xA5, count: (count + 3) & ~3 + LZ4Block.margin)
            let place = Int(AgentPiece.packedPlace(in: 0, of: UInt32(count), UInt32(size)))
            buffer.replaceSubrange(place..<place + size, with: packed)
            let isWhole = buffer.withUnsafeMutableBufferPointer { memory in
                memory.baseAddress.map {
                    LZ4Block.decompress(UnsafePointer($0 + place), size, to: $0, count)
                }
            }
            #expect(isWhole == true && Array(buffer.prefix(count)) == bytes)
        }
    }

    @Test func `is not made of what would not become smaller`() {
        var random = Generator(state: 7)
        let bytes = (0..<8192).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(PackedData.pack(bytes) == nil)
        #expect(PackedData.pack([]) == nil)
        #expect(PackedData.pack([UInt8](repeating: 0, count: LZ4Block.largest + 1)) == nil)
    }

    @Test func `is in the format that others write`() {
        // By the reference implementation, version 1.10, at its highest level.
        let packed: [UInt8] = [
            0x9F, 0x65, 0x78, 0x74, 0x66, 0x6C, 0x61, 0x73, 0x68, 0x20, 0x09, 0x00, 0x23, 0xFF,
            0x1A, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C,
            0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A,
            0x1B, 0x1C, 0x1D, 0x1E, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0xFF,
            0x01, 0x00, 0xFF, 0x19, 0x04, 0x5D, 0x01, 0x0B, 0x5C, 0x01, 0x50, 0x0F, 0x10, 0x11,
            0x12, 0x13,
        ]
        let words = Array("extflash ".utf8)
        var plain = (0..<7).flatMap { _ in words }
        plain += (0..<40).map { UInt8($0) } + [UInt8](repeating: 0xFF, count: 300)
        plain += words.dropLast() + (0..<20).map { UInt8($0) }
        #expect(PackedData.unpack(packed[...], to: plain.count) == plain)
        #expect(PackedData.unpack(packed[...], to: plain.count - 1) == nil)
        #expect(PackedData.unpack(packed[...], to: plain.count + 1) == nil)
    }

    @Test func `that is damaged is refused, or gives bytes inside its bounds`() {
        let bytes = Self.mixture(2048, seed: 3)
        guard let packed = PackedData.pack(bytes) else {
            Issue.record("the mixture was not packed")
            return
        }
        var random = Generator(state: 11)
        for _ in 0..<3000 {
            var damaged = packed
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            damaged.removeLast(Int.random(in: 0...3, using: &random))
            // Guards on both sides of the output.
            var memory = [UInt8](repeating: 0x5A, count: 2048 + 128)
            damaged.withUnsafeBufferPointer { input in
                memory.withUnsafeMutableBufferPointer { output in
                    guard let source = input.baseAddress, let target = output.baseAddress else { return }
                    _ = LZ4Block.decompress(source, input.count, to: target + 64, 2048)
                }
            }
            #expect(
                memory.prefix(64).allSatisfy { $0 == 0x5A } && memory.suffix(64).allSatisfy { $0 == 0x5A })
        }
    }
}
