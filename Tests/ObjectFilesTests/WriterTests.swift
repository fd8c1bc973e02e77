// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Essentials
import ObjectFiles
import Testing

private func randomImage(seed: UInt64) throws -> FirmwareImage {
    var generator = SeededGenerator(seed: seed)
    var address = UInt64.random(in: 0..<0x9000_0000, using: &generator)
    var segments: [ImageSegment] = []
    for _ in 0..<Int.random(in: 1...5, using: &generator) {
        let count = Int.random(in: 1...700, using: &generator)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        segments.append(ImageSegment(address: UInt32(address), bytes: bytes, origin: "x"))
        address += UInt64(count) + UInt64.random(in: 1..<100_000, using: &generator)
    }
    return FirmwareImage(sorted: segments)
}

private func contents(_ image: FirmwareImage) -> [UInt32: [UInt8]] {
    Dictionary(image.segments.map { ($0.address, $0.bytes) }) { first, _ in first }
}

@Suite struct `Writers` {
    @Test(arguments: [ImageFormat.intelHex, .sRecord, .elf, .uf2], 0..<20 as Range<UInt64>)
    func `what is written reads back as it was`(format: ImageFormat, seed: UInt64) throws {
        let original = try randomImage(seed: seed)
        let bytes = try ImageWriter().encode(original, as: format)
        let copy = try FirmwareImage.merging([ImageSource(name: "copy", bytes: bytes)])
        #expect(contents(copy) == contents(original))
    }

    @Test func `a raw binary fills its gaps`() throws {
        let image = try image(
            source("a.bin", "ab", address: 0x9000_0000), source("b.bin", "c", address: 0x9000_0004))
        var writer = ImageWriter()
        #expect(try writer.encode(image, as: .binary) == [0x61, 0x62, 0xFF, 0xFF, 0x63])
        writer.fill = 0
        #expect(try writer.encode(image, as: .binary) == [0x61, 0x62, 0, 0, 0x63])
    }

    @Test func `a raw binary that would be gigabytes of gap is refused`() throws {
        let image = try image(source("a.bin", "a", address: 0), source("b.bin", "b", address: 0x9000_0000))
        let error = try #require(throws: ImageError.self) { try ImageWriter().encode(image, as: .binary) }
        #expect(error.code == "IMG-016")
    }

    @Test func `Intel HEX is written as other tools write it`() throws {
        let image = try image(source("a.bin", "AB", address: 0x9000_FFFF))
        let text = String(decoding: try ImageWriter().encode(image, as: .intelHex), as: UTF8.self)
        #expect(text == ":0200000490006A\n:01FFFF0041C0\n:02000004900169\n:0100000042BD\n:00000001FF\n")
    }

    @Test func `S-records take the narrowest width that reaches the end`() throws {
        for (address, mark) in [(0xFFFF as UInt32, "S1"), (0x1_0000, "S2"), (0x100_0000, "S3")] {
            let image = try image(source("a.bin", "A", address: address))
            let text = String(decoding: try ImageWriter().encode(image, as: .sRecord), as: UTF8.self)
            #expect(text.split(separator: "\n")[1].hasPrefix(mark))
        }
    }
}
