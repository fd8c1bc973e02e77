// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Essentials
import ObjectFiles
import Testing

@Suite struct `Merging` {
    @Test func `several files become one image with its gaps`() throws {
        let image = try image(
            source("b.bin", "bb", address: 0x9000_0100), source("a.bin", "aa", address: 0x9000_0000),
            source("c.hex", hexRecord(4, 0, [0x90, 0]) + hexRecord(0, 2, [0x63]) + endOfFile))
        #expect(image.segments.map(\.address) == [0x9000_0000, 0x9000_0002, 0x9000_0100])
        #expect(image.segments.map(\.origin) == ["a.bin", "c.hex: line 2", "b.bin"])
        #expect(image.span == 0x9000_0000..<0x9000_0102)
        #expect(image.byteCount == 5)
    }

    @Test func `an overlap names both places and the addresses`() throws {
        let hex =
            hexRecord(4, 0, [0x90, 0]) + hexRecord(0, 0, [1, 2]) + hexRecord(0, 2, [3, 4]) + endOfFile
        let error = try failure(source("a.hex", hex), source("b.bin", "xyz", address: 0x9000_0003))
        #expect(
            error == .overlap(first: "a.hex: line 3", second: "b.bin", addresses: 0x9000_0003...0x9000_0003))
        #expect(error.summary == "a.hex: line 3 and b.bin give different bytes for 0x90000003")
    }

    @Test func `bytes that agree count once`() throws {
        let image = try image(
            source("a.bin", "wxyz", address: 4), source("b.bin", "xy", address: 5),
            source("c.bin", "zab", address: 7))
        #expect(image.segments.map(\.address) == [4, 8])
        #expect(image.segments.map(\.bytes) == [Array("wxyz".utf8), Array("ab".utf8)])
        let error = try failure(
            source("a.bin", "wxyz", address: 4), source("b.bin", "zz", address: 8),
            source("c.bin", "yzzy", address: 6))
        #expect(error == .overlap(first: "c.bin", second: "b.bin", addresses: 8...9))
    }

    @Test func `an overlap inside one file names both lines`() throws {
        let hex = hexRecord(0, 0, [1, 2, 3, 4]) + hexRecord(0, 8, [1]) + hexRecord(0, 2, [9]) + endOfFile
        #expect(
            try failure(source("a.hex", hex))
                == .overlap(first: "a.hex: line 1", second: "a.hex: line 3", addresses: 2...2))
    }

    @Test func `a small piece inside a large one after others is found`() throws {
        let error = try failure(
            source("large.bin", String(repeating: "x", count: 100), address: 0),
            source("first.bin", "x", address: 200), source("inside.bin", "yy", address: 50))
        #expect(error == .overlap(first: "large.bin", second: "inside.bin", addresses: 50...51))
    }

    @Test func `bytes outside the allowed ranges are named`() throws {
        var expectation = ImageExpectation()
        expectation.allowed = [0x9000_0000..<0x9100_0000]
        let error = try failure(source("a.bin", "ab", address: 0x90FF_FFFF), expecting: expectation)
        #expect(
            error
                == .outOfRange(
                    origin: "a.bin", addresses: 0x90FF_FFFF...0x9100_0000, allowed: expectation.allowed))
        #expect(try image(source("a.bin", "a", address: 0x90FF_FFFF), expecting: expectation).byteCount == 1)
    }

    /// Against a model: an array of optional bytes.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `agrees with a byte map on random pieces`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = [UInt8?](repeating: nil, count: 64)
        var overlaps = false
        let sources = (0..<Int.random(in: 1...6, using: &generator)).map { index in
            let start = Int.random(in: 0..<60, using: &generator)
            let bytes = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                UInt8.random(in: 0...1, using: &generator)
            }
            for (offset, byte) in bytes.enumerated() {
                if let known = model[start + offset], known != byte { overlaps = true }
                model[start + offset] = byte
            }
            return ImageSource(name: "\(index).bin", bytes: bytes, address: UInt32(start))
        }
        if overlaps {
            let error = try #require(throws: ImageError.self) { try FirmwareImage.merging(sources) }
            #expect(error.code == "IMG-014")
        } else {
            let image = try FirmwareImage.merging(sources)
            var found = [UInt8?](repeating: nil, count: 64)
            for segment in image.segments {
                for (offset, byte) in segment.bytes.enumerated() {
                    found[Int(segment.address) + offset] = byte
                }
            }
            #expect(found == model)
            #expect(
                zip(image.segments, image.segments.dropFirst()).allSatisfy { $0.end <= UInt64($1.address) })
        }
    }
}
