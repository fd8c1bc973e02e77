// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import HardwareDescription

/// What a flash says of itself in its serial flash discoverable parameters (JESD216F §6).
package struct DiscoverableParameters: Hashable, Sendable {
    package struct Erase: Hashable, Sendable {
        /// Bytes.
        package var size: UInt64
        package var instruction: UInt8
        /// The one that always takes four bytes of address; nil where there is none, for tests
        /// as well.
        package var longInstruction: UInt8?
        /// Nil before JESD216A.
        package var time: FlashChipDefinition.Time?
    }
    package enum Addressing: Hashable, Sendable {
        case three, threeOrFour, four
    }
    /// Of the header.
    package var major: UInt8
    package var minor: UInt8
    /// Bytes.
    package var size: UInt64
    package var addressing: Addressing
    /// Bytes; nil before JESD216A.
    package var page: UInt32?
    package var pageProgram: FlashChipDefinition.Time?
    package var chipErase: FlashChipDefinition.Time?
    /// Units, smallest first.
    package var erases: [Erase]
    /// How the quad enable bit is set, by the code of the 15th word's bits 22:20; nil before JESD216A.
    package var quadEnableRequirement: UInt8?
    /// Bit 0 of the register that 05h reads tells that the flash is busy.
    package var hasStatusPolling: Bool
    /// Whether there are a fast read, a page program and erases that always take four bytes of address; tests of the reader
    /// alone ask for it outside.
    package var hasFourByteInstructions: Bool

    /// Bytes from the start of the parameter space that hold headers and basic table of every flash known.
    package static let usualSize = 256

    private static let signature: UInt32 = 0x5044_4653
    private static let headerSize = 8
    private static let fourByteTable: UInt16 = 0xFF84
    /// Words of the basic table of the first edition.
    private static let leastWords = 9

    /// - Returns: nil when the bytes are no parameters, or no basic table is whole among them.
    package init?(_ bytes: [UInt8]) {
        var tables: [(id: UInt16, words: Int, pointer: Int)] = []
        do {
            var header = ByteReader(bytes.span)
            guard try header.read(UInt32.self) == Self.signature else { return nil }
            minor = try header.read()
            major = try header.read()
            // The number of parameter headers, less one.
            let count = Int(try header.read(UInt8.self)) + 1
            _ = try header.read(UInt8.self)
            for _ in 0..<count where header.remaining >= Self.headerSize {
                let low = try header.read(UInt8.self)
                _ = try header.read(UInt16.self)
                let words = Int(try header.read(UInt8.self))
                let pointer = Int(try header.read(UInt32.self))
                // The high byte of the id stands above the 24 bits of the pointer; 00h in the first edition.
                let high = pointer >> 24
                tables.append((UInt16(high) << 8 | UInt16(low), words, pointer & 0xFF_FFFF))
            }
        } catch {
            return nil
        }
        // The last one for JESD216 counts: a flash may have one of the first edition before it.
        let candidates = tables.filter { $0.id & 0xFF == 0 && $0.words >= Self.leastWords }
        guard
            let words = candidates.reversed().lazy.compactMap({
                Self.words($0.words, at: $0.pointer, of: bytes)
            })
            .first, let size = Self.size(density: words[1])
        else { return nil }
        self.size = size
        addressing =
            switch words[0] >> 17 & 3 {
            case 1: .threeOrFour
            case 2: .four
            default: .three
            }
        let long = tables.last { $0.id == Self.fourByteTable && $0.words >= 2 }
            .flatMap { Self.words($0.words, at: $0.pointer, of: bytes) }
        let basic = BasicTable(words: words, long: long)
        hasFourByteInstructions = basic.hasLongAccess && basic.erases.contains { $0.longInstruction != nil }
        erases = basic.erases
        (page, pageProgram, chipErase) = (basic.page, basic.pageProgram, basic.chipErase)
        quadEnableRequirement = basic.quadEnableRequirement
        hasStatusPolling = basic.hasStatusPolling
    }

    private static func words(_ count: Int, at pointer: Int, of bytes: [UInt8]) -> [UInt32]? {
        guard pointer >= 0, pointer + count * 4 <= bytes.count else { return nil }
        return (0..<count).map { word in
            (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(bytes[pointer + 4 * word + $1]) }
        }
    }

    /// Second word: one less than the number of bits, or its exponent.
    private static func size(density: UInt32) -> UInt64? {
        if density >> 31 == 0 {
            let bits = UInt64(density) + 1
            return bits.isMultiple(of: 8) ? bits / 8 : nil
        }
        let exponent = density & 0x7FFF_FFFF
        return (3..<63).contains(exponent) ? 1 << UInt64(exponent - 3) : nil
    }
}

/// The basic flash parameter table by words, of which a flash has as many as its edition.
private struct BasicTable {
    typealias Time = FlashChipDefinition.Time
    let words: [UInt32]
    /// The table of instructions with four bytes of address, where there is one.
    let long: [UInt32]?

    /// First word: 0Ch and 12h (JESD216F §6.5, 4-byte address instruction table).
    var hasLongAccess: Bool { long.map { $0[0] >> 1 & 1 == 1 && $0[0] >> 6 & 1 == 1 } ?? false }

    /// First word, bits 12:9, and second word: of the four sizes in the order of the basic table.
    private func longErase(_ index: Int) -> UInt8? {
        guard let long, long[0] >> UInt32(9 + index) & 1 == 1 else { return nil }
        return UInt8(truncatingIfNeeded: long[1] >> UInt32(8 * index))
    }

    /// The word with JESD216's number, which counts from 1.
    private func word(_ number: Int) -> UInt32? { number <= words.count ? words[number - 1] : nil }

    /// Eighth and ninth word: exponent of the size and instruction, four times; an exponent of 0 is none.
    var erases: [DiscoverableParameters.Erase] {
        let halves = [words[7], words[7] >> 16, words[8], words[8] >> 16]
        var erases: [DiscoverableParameters.Erase] = []
        for (index, half) in halves.enumerated() {
            let exponent = half & 0xFF
            guard (1..<40).contains(exponent) else { continue }
            erases.append(
                DiscoverableParameters.Erase(
                    size: 1 << UInt64(exponent), instruction: UInt8(truncatingIfNeeded: half >> 8),
                    longInstruction: longErase(index), time: eraseTime(index)))
        }
        return erases.sorted { $0.size < $1.size }
    }

    /// Tenth word: a count less one and its unit, for each of the four.
    private func eraseTime(_ index: Int) -> Time? {
        guard let word = word(10) else { return nil }
        let field = word >> UInt32(4 + 7 * index)
        let units: [Duration] = [.milliseconds(1), .milliseconds(16), .milliseconds(128), .seconds(1)]
        return time(units[Int(field >> 5 & 3)] * (Int(field & 0x1F) + 1), multiplier: word)
    }

    var page: UInt32? { word(11).map { 1 << ($0 >> 4 & 0xF) } }

    var pageProgram: Time? {
        word(11).map { word in
            let unit: Duration = word >> 13 & 1 == 0 ? .microseconds(8) : .microseconds(64)
            return time(unit * (Int(word >> 8 & 0x1F) + 1), multiplier: word)
        }
    }
    var chipErase: Time? {
        guard let erases = word(10), let word = word(11) else { return nil }
        let units: [Duration] = [.milliseconds(16), .milliseconds(256), .seconds(4), .seconds(64)]
        // Its multiplier is that of the erases.
        return time(units[Int(word >> 29 & 3)] * (Int(word >> 24 & 0x1F) + 1), multiplier: erases)
    }
    private func time(_ typical: Duration, multiplier word: UInt32) -> Time {
        Time(typical: typical, maximum: typical * (2 * (Int(word & 0xF) + 1)))
    }

    var quadEnableRequirement: UInt8? { word(15).map { UInt8($0 >> 20 & 7) } }

    /// 14th word, bit 2; before it, the only way there was.
    var hasStatusPolling: Bool { word(14).map { $0 >> 2 & 1 == 1 } ?? true }
}

extension FlashChipDefinition {
    /// A part that no file describes, as it describes itself.
    ///
    /// - Returns: nil for a size that the memory map cannot hold.
    package init?(_ parameters: DiscoverableParameters, identification: [UInt8]) {
        guard let size = UInt32(exactly: parameters.size) else { return nil }
        func erases(_ opcode: (DiscoverableParameters.Erase) -> UInt8?) -> [Erase] {
            parameters.erases.compactMap { erase in
                guard let bytes = UInt32(exactly: erase.size), bytes <= size, let time = erase.time,
                    let opcode = opcode(erase)
                else { return nil }
                return Erase(size: bytes, opcode: opcode, time: time)
            }
        }
        self.init(
            describedBy: identification, size: size, page: parameters.page ?? 256,
            erases: erases { $0.instruction },
            longErases: parameters.hasFourByteInstructions ? erases { $0.longInstruction } : nil,
            pageProgram: parameters.pageProgram, chipErase: parameters.chipErase,
            hasStatusPolling: parameters.hasStatusPolling)
    }
}
