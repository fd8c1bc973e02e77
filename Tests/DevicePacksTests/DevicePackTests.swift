// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Essentials
import Testing

@testable import DevicePacks

@Suite struct `A CMSIS pack` {
    private static let description = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- <algorithm name="Not/This.FLM" start="0x90000000" size="1"/> -->
        <package>
          <devices><family Dfamily="STM32H7 Series">
            <algorithm name="Flash/H7_2M.FLM" start="0x08000000" size="0x200000" default="1"/>
            <device Dname="STM32H750XBHx"><algorithm name="Flash\\Disco.FLM" start="0x90000000" size="0x8000000"/></device>
          </family></devices>
          <boards><board vendor='A &amp; B' name="Own-Board H7">
            <algorithm name="Flash/W25.FLM" start="2415919104" size="0x1000000"/>
          </board></boards>
          <![CDATA[<algorithm name="Nor/This.FLM" start="0x90000000" size="1"/>]]>
        </package>
        """
    private func pack(
        _ description: String? = description, files: [String] = ["H7_2M", "Disco", "W25"]
    ) throws -> DevicePack {
        var zip = SyntheticZip(files.map { .init("Flash/\($0).FLM", Array($0.utf8)) })
        zip.entries.append(.init("Documents/", []))
        if let description { zip.entries.append(.init("A.B.pdsc", Array(description.utf8))) }
        return try DevicePack(
            RandomAccessBytes(zip.encode()), name: "x.pack", mapped: 0x9000_0000..<0xA000_0000)
    }
    private func error(_ body: () throws -> Void) throws -> PackError {
        try #require(throws: PackError.self) { try body() }
    }

    @Test func `says what each algorithm is for`() throws {
        let algorithms = try pack().algorithms
        #expect(algorithms.map(\.path) == ["Flash/Disco.FLM", "Flash/H7_2M.FLM", "Flash/W25.FLM"])
        #expect(algorithms.map(\.owners) == [["STM32H750XBHx"], ["STM32H7 Series"], ["Own-Board H7"]])
        #expect(algorithms[0].memory == 0x9000_0000..<0x9800_0000)
        #expect(algorithms[1].memory == 0x0800_0000..<0x0820_0000)
        #expect(algorithms[2].memory == 0x9000_0000..<0x9100_0000)
    }

    @Test func `gives the only algorithm for the QUADSPI, or the board's`() throws {
        #expect(try pack(files: ["H7_2M", "W25"]).choose(path: nil).path == "Flash/W25.FLM")
        #expect(try pack().choose(path: nil, for: ["own-board-h7"]).path == "Flash/W25.FLM")
        #expect(try pack().choose(path: nil, for: ["mine", "STM32H750XBH6"]).path == "Flash/Disco.FLM")
        #expect(try pack().choose(path: "flash/h7_2m.flm").path == "Flash/H7_2M.FLM")
        #expect(try pack(nil, files: ["W25"]).choose(path: nil).path == "Flash/W25.FLM")
        let pack = try pack()
        #expect(try pack.contents(of: pack.choose(path: "Flash/W25.FLM")) == Array("W25".utf8))
    }

    @Test func `lists the choices where it does not tell`() throws {
        let several = try error { _ = try pack().choose(path: nil) }
        #expect(several.code == "PCK-008" && several.summary.contains("Flash/Disco.FLM, Flash/W25.FLM"))
        #expect(try error { _ = try pack(files: ["H7_2M"]).choose(path: nil) }.code == "PCK-006")
        #expect(try error { _ = try pack(files: []).choose(path: nil) }.code == "PCK-005")
        let missing = try error { _ = try pack().choose(path: "W25.FLM") }
        #expect(missing.code == "PCK-007" && missing.remedies.contains { $0.contains("Flash/W25.FLM") })
    }

    @Test(arguments: ["<a", "<a b", "<a b=c>", "<a b='c>", "<!-- ", "<a/ >", "</a/>", "<>", "<a b='1' <"])
    func `with a malformed description is refused with the line`(text: String) throws {
        #expect(try error { _ = try pack("<package>\n" + text) }.summary.contains("from line 2 on"))
    }

    @Test func `that is nested without an end is refused`() throws {
        #expect(throws: PackError.self) { try pack(String(repeating: "<a>", count: 5000)) }
    }
}

@Suite struct `A zip file` {
    private let data = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 * 31 >> 3) }

    private func contents(_ zip: SyntheticZip, limit: Int = 1 << 20) throws -> [UInt8] {
        let archive = try ZipArchive(RandomAccessBytes(zip.encode()), name: "x.pack")
        return try archive.contents(of: #require(archive.entries.first), limit: limit)
    }
    private func problem(_ entry: SyntheticZip.Entry) throws -> PackError {
        try #require(throws: PackError.self) { _ = try contents(SyntheticZip([entry])) }
    }

    @Test(arguments: [UInt16(0), 8]) func `gives its entries' contents`(method: UInt16) throws {
        var zip = SyntheticZip([.init("a", data)])
        zip.entries[0].method = method
        // What looks like the end of a file stands in the comment.
        zip.comment = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 30)
        #expect(try contents(zip) == data)
    }
    /// "abcabc…" by the fixed codes, as zlib writes it.
    @Test func `gives what was compressed`() throws {
        let packed: [UInt8] = [0x4B, 0x4C, 0x4A, 0x4E, 0x04, 0x23, 0x00]
        #expect(Deflate.inflate(packed, to: 9) == Array("abcabcabc".utf8))
        #expect(Deflate.inflate(packed, to: 8) == nil && Deflate.inflate(packed, to: 10) == nil)
        #expect(Deflate.inflate(Array(packed.dropLast()), to: 9) == nil)
    }

    @Test func `that says what is not so is refused`() throws {
        var entry = SyntheticZip.Entry("a", data)
        entry.flags = 1
        #expect(try problem(entry) == .entry(.encrypted, "a", file: "x.pack"))
        entry = .init("a", data)
        entry.method = 12
        #expect(try problem(entry) == .entry(.method(12), "a", file: "x.pack"))
        entry = .init("a", data)
        entry.checksum = 1
        #expect(try problem(entry) == .entry(.damaged, "a", file: "x.pack"))
        for size in [UInt32(0), 69_999, 70_001, 1 << 20] {
            entry = .init("a", data)
            entry.size = size
            #expect(try problem(entry) == .entry(.damaged, "a", file: "x.pack"))
        }
        entry = .init("a", data)
        entry.size = .max
        #expect(try problem(entry).code == "PCK-003")
        entry = .init("a", data)
        entry.packedSize = 1 << 19
        #expect(try problem(entry).code == "PCK-002")
        entry = .init("a", data)
        entry.offset = 5
        #expect(try problem(entry) == .entry(.noHeader, "a", file: "x.pack"))
        entry.offset = .max - 1
        #expect(try problem(entry).code == "PCK-002")
        var zip = SyntheticZip([.init("a", data)])
        zip.count = 2
        #expect(throws: PackError.self) { try contents(zip) }
    }

    @Test func `that was cut off is refused wherever that was`() throws {
        let whole = SyntheticZip([.init("a", Array(data[..<300])), .init("b.FLM", [1, 2, 3])]).encode()
        for count in 0..<whole.count {
            #expect(throws: PackError.self) {
                try ZipArchive(RandomAccessBytes(Array(whole[..<count])), name: "x.pack")
            }
        }
    }

    @Test func `that is damaged gives the right contents or none`() throws {
        let good = Array(data[..<300])
        let whole = SyntheticZip([.init("a", good)]).encode()
        var random = SeededGenerator(seed: 3)
        var (right, refused) = (0, 0)
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= UInt8(truncatingIfNeeded: random.next()) | 1
            do throws(PackError) {
                let archive = try ZipArchive(RandomAccessBytes(bytes), name: "x.pack")
                guard let entry = archive.entries.first else { continue }
                #expect(try archive.contents(of: entry, limit: 1 << 20) == good)
                right += 1
            } catch {
                #expect(error.code.hasPrefix("PCK-"))
                refused += 1
            }
        }
        // A date or a name may be wrong; of the contents and their sizes nothing.
        #expect(right > 0 && refused > good.count / 2)
    }
}
