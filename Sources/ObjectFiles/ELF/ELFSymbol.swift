// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// An entry of a symbol table.
package struct ELFSymbol: Hashable, Sendable {
    package enum Kind {
        package static let function: UInt8 = 2
    }

    /// Functions in Thumb code have bit 0 set.
    package let value: UInt32
    package let size: UInt32
    /// The STT_ value: what the symbol names.
    package let type: UInt8
    /// STB_LOCAL is 0.
    package let binding: UInt8
    /// Of the section it is in; 0 when undefined, 0xFFF1 when absolute.
    package let sectionIndex: UInt16
    let nameOffset: UInt32
    let names: Range<Int>

    package var isDefined: Bool { sectionIndex != 0 }
}

extension ELFFile {
    private static let symbolSize = 16

    /// All symbols of the file, in file order; a table that makes no sense counts as empty.
    package var symbols: [ELFSymbol] {
        var symbols: [ELFSymbol] = []
        for section in sections where section.type == ELFSection.Kind.symbolTable {
            guard let table = section.contents, sections.indices.contains(Int(section.link)),
                let names = sections[Int(section.link)].contents,
                section.entrySize == 0 || section.entrySize == Self.symbolSize
            else { continue }
            for start in stride(from: table.lowerBound, to: table.upperBound, by: Self.symbolSize) {
                guard start + Self.symbolSize <= table.upperBound else { break }
                symbols.append(ELFSymbol(bytes[start..<start + Self.symbolSize], names: names))
            }
            // A file has one; a hostile one could name the same bytes many times.
            break
        }
        return symbols
    }

    package func name(of symbol: ELFSymbol) -> String { string(at: Int(symbol.nameOffset), in: symbol.names) }

    /// The symbol of this name, a global one before a local one.
    package func symbol(named name: String) -> ELFSymbol? {
        let named = symbols.filter { $0.isDefined && self.name(of: $0) == name }
        return named.first { $0.binding != 0 } ?? named.first
    }

    /// The bytes at a symbol's address, looked up in the section that it is in.
    ///
    /// Not in whatever section or segment covers the address: several may.
    package func bytes(at symbol: ELFSymbol, count: Int) -> ArraySlice<UInt8>? {
        guard sections.indices.contains(Int(symbol.sectionIndex)) else { return nil }
        let section = sections[Int(symbol.sectionIndex)]
        guard let contents = section.contents, symbol.value >= section.address else { return nil }
        let offset = Int(symbol.value - section.address)
        guard offset < contents.count else { return nil }
        let start = contents.lowerBound + offset
        return bytes[start..<min(start + count, contents.upperBound)]
    }
}

extension ELFSymbol {
    /// `entry` is 16 bytes.
    fileprivate init(_ entry: ArraySlice<UInt8>, names: Range<Int>) {
        func word(_ offset: Int) -> UInt32 {
            (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(entry[entry.startIndex + offset + $1]) }
        }
        let last = word(12)
        self.init(
            value: word(4), size: word(8), type: UInt8(last & 0xF), binding: UInt8(last >> 4 & 0xF),
            sectionIndex: UInt16(last >> 16), nameOffset: word(0), names: names)
    }
}
