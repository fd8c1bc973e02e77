// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@Suite struct `Bytes of integers` {
    @Test func `are little-endian, and read back`() throws {
        var writer = ByteWriter()
        writer.write(UInt8(0x11))
        writer.write(UInt16(0x2233))
        writer.write(UInt32(0x4455_6677))
        writer.write(contentsOf: [1, 2])
        let bytes = writer.bytes
        #expect(bytes == [0x11, 0x33, 0x22, 0x77, 0x66, 0x55, 0x44, 1, 2])
        var reader = ByteReader(bytes.span)
        #expect(try reader.read(UInt8.self) == 0x11)
        #expect(try reader.read(UInt16.self) == 0x2233)
        #expect(try reader.read(UInt32.self) == 0x4455_6677)
        #expect(try reader.readBytes(2) == [1, 2])
        #expect(reader.remaining == 0)
    }

    @Test(arguments: 0..<4) func `are never read past their end`(count: Int) throws {
        let bytes = [UInt8](repeating: 0xFF, count: count)
        var reader = ByteReader(bytes.span)
        let word: UInt32?
        do { word = try reader.read(UInt32.self) } catch {
            #expect(error.needed == 4 && error.available == count)
            word = nil
        }
        #expect(word == nil)
        #expect(reader.remaining == count)
    }
}
