// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import ObjectFiles
import Testing

private let stm32h7: UInt32 = 0x6DB6_6082
private let rp2040: UInt32 = 0xE48B_FF56

private func block(
    _ number: UInt32, of total: UInt32, at address: UInt32, _ data: [UInt8], family: UInt32? = nil,
    flags: UInt32 = 0
) -> [UInt8] {
    var bytes: [UInt8] = [0x55, 0x46, 0x32, 0x0A, 0x57, 0x51, 0x5D, 0x9E]
    bytes.put32(flags | (family == nil ? 0 : 0x2000))
    bytes.put32(address)
    bytes.put32(UInt32(data.count))
    bytes.put32(number)
    bytes.put32(total)
    bytes.put32(family ?? 0)
    bytes += data + [UInt8](repeating: 0, count: 476 - data.count)
    bytes.put32(0x0AB1_6F30)
    return bytes
}

private func file(_ bytes: [UInt8]) -> ImageSource { ImageSource(name: "a.uf2", bytes: bytes) }

@Suite struct `UF2` {
    let expectation = {
        var expectation = ImageExpectation()
        expectation.families = [stm32h7]
        return expectation
    }()

    @Test func `takes the blocks in any order`() throws {
        let bytes =
            block(1, of: 2, at: 0x9000_0100, [3, 4], family: stm32h7)
            + block(0, of: 2, at: 0x9000_0000, [1, 2], family: stm32h7)
        let image = try image(file(bytes), expecting: expectation)
        #expect(image.segments.map(\.address) == [0x9000_0000, 0x9000_0100])
        #expect(image.segments.map(\.origin) == ["a.uf2: block 1", "a.uf2: block 0"])
    }

    @Test func `chooses the target's family out of several`() throws {
        let bytes =
            block(0, of: 1, at: 0x1000_0000, [9], family: rp2040)
            + block(0, of: 1, at: 0x9000_0000, [1], family: stm32h7)
        #expect(try image(file(bytes), expecting: expectation).segments.map(\.bytes) == [[1]])
        #expect(try failure(file(bytes)).code == "IMG-010")
    }

    @Test func `another family is a file for another part`() throws {
        let error = try failure(file(block(0, of: 1, at: 0, [1], family: rp2040)), expecting: expectation)
        #expect(error == .wrongFamily(file: "a.uf2", found: [rp2040], expected: [stm32h7]))
    }

    @Test func `leaves out what is not for the main flash`() throws {
        let bytes =
            block(0, of: 2, at: 0, [9], flags: 1) + block(1, of: 2, at: 0x9000_0000, [1], flags: 0)
            + block(0, of: 1, at: 0, [8], flags: 0x1000)
        #expect(try image(file(bytes)).segments.map(\.bytes) == [[1]])
    }

    @Test(
        arguments: [
            (Array(block(0, of: 1, at: 0, [1]).dropLast()), UF2Problem.truncated(found: 511), 0),
            (block(0, of: 2, at: 0, [1]) + block(0, of: 2, at: 16, [1]), .badNumber(0, total: 2), 1),
            (
                block(0, of: 2, at: 0, [1]) + block(1, of: 3, at: 16, [1]), .totalDiffers(first: 2, found: 3),
                1
            ),
            (block(0, of: 9, at: 0, [1]) + block(1, of: 9, at: 16, [1]), .blocksMissing(total: 9), 0),
            (block(0, of: 1, at: 0, [1]) + [UInt8](repeating: 0, count: 512), .notABlock, 1),
        ] as [([UInt8], UF2Problem, Int)])
    func `a damaged file is named by its block`(bytes: [UInt8], problem: UF2Problem, index: Int) throws {
        #expect(try failure(file(bytes)) == .uf2(problem, file: "a.uf2", block: index))
    }
}
