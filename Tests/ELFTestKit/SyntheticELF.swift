// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Writes small ELF files of any shape, right or wrong, without the code under test.
package struct SyntheticELF {
    package struct Section {
        package var name: String
        package var type: UInt32
        package var flags: UInt32
        package var address: UInt32
        package var bytes: [UInt8]
        /// For sections without bytes in the file.
        package var size: UInt32
    }
    package struct Symbol {
        package var name: String
        package var value: UInt32
        package var size: UInt32
        package var type: UInt8
        package var binding: UInt8
        /// Index into `sections`; nil for undefined.
        package var section: Int?
    }
    /// A program header; its contents are those of consecutive sections.
    package struct Segment {
        package var type: UInt32
        package var physicalAddress: UInt32
        package var virtualAddress: UInt32
        package var sections: Range<Int>
        package var extraMemory: UInt32
        /// Begins with the file header, as some linkers make the first segment.
        package var includesHeaders: Bool
    }

    package var elfClass: UInt8 = 1
    package var byteOrder: UInt8 = 1
    package var type: UInt16 = 2
    package var machine: UInt16 = 40
    package var entry: UInt32 = 0
    package var sections: [Section] = []
    package var symbols: [Symbol] = []
    package var segments: [Segment] = []
    package var hasSectionTable = true

    package init() {}

    @discardableResult
    package mutating func add(
        _ name: String, at address: UInt32 = 0, _ bytes: [UInt8], flags: UInt32 = 0x2, type: UInt32 = 1
    ) -> Int {
        sections.append(
            Section(
                name: name, type: type, flags: flags, address: address, bytes: bytes,
                size: UInt32(bytes.count)))
        return sections.count - 1
    }

    @discardableResult
    package mutating func addZeros(_ name: String, at address: UInt32, size: UInt32) -> Int {
        sections.append(Section(name: name, type: 8, flags: 0x3, address: address, bytes: [], size: size))
        return sections.count - 1
    }

    package mutating func addSymbol(
        _ name: String, _ value: UInt32, in section: Int?, size: UInt32 = 0, type: UInt8 = 2,
        binding: UInt8 = 1
    ) {
        symbols.append(
            Symbol(name: name, value: value, size: size, type: type, binding: binding, section: section))
    }

    package mutating func addSegment(
        _ sections: Range<Int>, physicalAddress: UInt32, virtualAddress: UInt32? = nil,
        extraMemory: UInt32 = 0, includesHeaders: Bool = false
    ) {
        segments.append(
            Segment(
                type: 1, physicalAddress: physicalAddress,
                virtualAddress: virtualAddress ?? physicalAddress, sections: sections,
                extraMemory: extraMemory, includesHeaders: includesHeaders))
    }

    private static let headerSize = 52

    /// File header, program headers, section contents, then the tables.
    package func encode() -> [UInt8] {
        var contents: [UInt8] = []
        var offsets: [Int] = []
        let start = Self.headerSize + 32 * segments.count
        for section in sections {
            offsets.append(start + contents.count)
            contents += section.bytes
        }
        var names: [UInt8] = [0]
        let nameOffsets = (sections.map(\.name) + [".symtab", ".strtab", ".shstrtab"]).map { name in
            defer { names += Array(name.utf8) + [0] }
            return UInt32(names.count)
        }
        var strings: [UInt8] = [0]
        var table = [UInt8](repeating: 0, count: 16)
        for symbol in symbols {
            table.put32(UInt32(strings.count))
            strings += Array(symbol.name.utf8) + [0]
            table.put32(symbol.value)
            table.put32(symbol.size)
            table += [symbol.binding << 4 | symbol.type, 0]
            table.put16(symbol.section.map { UInt16($0 + 1) } ?? 0)
        }
        let tables = start + contents.count
        let sectionTable = tables + table.count + strings.count + names.count

        var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, elfClass, byteOrder, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        file.put16(type)
        file.put16(machine)
        file.put32(1)
        file.put32(entry)
        file.put32(segments.isEmpty ? 0 : UInt32(Self.headerSize))
        file.put32(hasSectionTable ? UInt32(sectionTable) : 0)
        file.put32(0x0500_0000)
        file.put16(52)
        file.put16(32)
        file.put16(UInt16(segments.count))
        file.put16(40)
        file.put16(hasSectionTable ? UInt16(sections.count + 4) : 0)
        file.put16(hasSectionTable ? UInt16(sections.count + 3) : 0)
        for segment in segments { file.put(segment, sections, offsets, end: tables) }
        file += contents + table + strings + names
        guard hasSectionTable else { return file }
        file += [UInt8](repeating: 0, count: 40)
        for (index, section) in sections.enumerated() {
            file.putSection(
                nameOffsets[index], section.type, section.flags, section.address, offsets[index],
                section.size)
        }
        let symbolsIndex = sections.count
        file.putSection(
            nameOffsets[symbolsIndex], 2, 0, 0, tables, UInt32(table.count), link: UInt32(symbolsIndex + 2),
            entrySize: 16)
        file.putSection(
            nameOffsets[symbolsIndex + 1], 3, 0, 0, tables + table.count, UInt32(strings.count))
        file.putSection(
            nameOffsets[symbolsIndex + 2], 3, 0, 0, tables + table.count + strings.count,
            UInt32(names.count))
        return file
    }
}

extension [UInt8] {
    package mutating func put16(_ value: UInt16) { self += [UInt8(value & 0xFF), UInt8(value >> 8)] }
    package mutating func put32(_ value: UInt32) {
        self += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    fileprivate mutating func put(
        _ segment: SyntheticELF.Segment, _ sections: [SyntheticELF.Section], _ offsets: [Int], end: Int
    ) {
        let inside = sections[segment.sections]
        let count = inside.reduce(0) { $0 + $1.bytes.count }
        let start = segment.sections.isEmpty ? end : offsets[segment.sections.lowerBound]
        let skipped = segment.includesHeaders ? start : 0
        put32(segment.type)
        put32(UInt32(start - skipped))
        put32(segment.virtualAddress &- UInt32(skipped))
        put32(segment.physicalAddress &- UInt32(skipped))
        put32(UInt32(count + skipped))
        put32(UInt32(count + skipped) + segment.extraMemory)
        put32(7)
        put32(1)
    }

    fileprivate mutating func putSection(
        _ name: UInt32, _ type: UInt32, _ flags: UInt32, _ address: UInt32, _ offset: Int, _ size: UInt32,
        link: UInt32 = 0, entrySize: UInt32 = 0
    ) {
        for field in [name, type, flags, address, UInt32(offset), size, link, 0, 1, entrySize] {
            put32(field)
        }
    }
}

/// Every kind of damage a file can have, in reproducible order.
package enum Damage {
    /// The bytes cut at each length.
    package static func truncations(of bytes: [UInt8], step: Int = 1) -> some Sequence<[UInt8]> {
        stride(from: 0, to: bytes.count, by: step).lazy.map { Array(bytes.prefix($0)) }
    }

    /// Copies with up to eight bytes changed.
    package static func flips(of bytes: [UInt8], count: Int, seed: UInt64) -> some Sequence<[UInt8]> {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            var copy = bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) where !copy.isEmpty {
                let index = Int.random(in: 0..<copy.count, using: &generator)
                copy[index] =
                    Bool.random(using: &generator)
                    ? UInt8.random(in: 0...255, using: &generator)
                    : copy[index] ^ 1 << UInt8.random(in: 0..<8, using: &generator)
            }
            return copy
        }
    }
}
