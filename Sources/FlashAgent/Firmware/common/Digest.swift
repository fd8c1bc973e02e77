// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// CRC-32 (IEEE 802.3) and the sum of sums of the words of one piece of flash.
struct Digest {
    private var crc: UInt32 = 0xFFFF_FFFF
    private var sum: UInt32 = 0
    private(set) var sums: UInt32 = 0
    private let tables: UnsafeMutablePointer<UInt32>

    var value: UInt32 { ~crc }

    init(_ tables: UnsafeMutablePointer<UInt32>) { unsafe self.tables = tables }

    /// Pieces of ``Controller/piece`` erased bytes that a table knows the CRC of.
    private static var knownPieces: UInt32 { 128 }
    private static var wordsOfPiece: UInt32 { Controller.piece / 4 }
    private static var blankTable: UInt32 { 1024 }

    /// Takes pieces of erased bytes, as the first there are: what they add up to is known beforehand.
    mutating func takeBlank(_ pieces: UInt32) {
        let known = min(pieces, Self.knownPieces)
        let words = known &* Self.wordsOfPiece
        crc = unsafe tables[Int(Self.blankTable &+ known)]
        sum = 0 &- words
        sums = 0 &- (words &* (words &+ 1) / 2)
        var left = (pieces &- known) &* Self.wordsOfPiece
        while left > 0 {
            take(0xFFFF_FFFF)
            left &-= 1
        }
    }

    /// Fills four tables of 256 words, by which a word is taken at once, and behind them the CRC of erased pieces.
    static func prepare(_ tables: UnsafeMutablePointer<UInt32>) {
        var index: UInt32 = 0
        while index < 256 {
            var value = index
            var bit = 0
            while bit < 8 {
                value = value & 1 == 0 ? value >> 1 : 0xEDB8_8320 ^ value >> 1
                bit &+= 1
            }
            unsafe tables[Int(index)] = value
            index &+= 1
        }
        index = 256
        while index < 1024 {
            let value = unsafe tables[Int(index &- 256)]
            unsafe tables[Int(index)] = value >> 8 ^ tables[Int(value & 0xFF)]
            index &+= 1
        }
        var digest = unsafe Digest(tables)
        index = 0
        while index <= knownPieces {
            unsafe tables[Int(blankTable &+ index)] = digest.crc
            var words: UInt32 = 0
            while words < wordsOfPiece {
                digest.take(0xFFFF_FFFF)
                words &+= 1
            }
            index &+= 1
        }
    }

    @inline(__always) mutating func take(_ word: UInt32) {
        sum = sum &+ word
        sums = sums &+ sum
        let mixed = crc ^ word
        crc =
            unsafe tables[Int(768 &+ (mixed & 0xFF))] ^ tables[Int(512 &+ (mixed >> 8 & 0xFF))]
            ^ tables[Int(256 &+ (mixed >> 16 & 0xFF))] ^ tables[Int(mixed >> 24)]
    }

    @inline(never) mutating func take(
        _ first: UInt32, _ second: UInt32, _ third: UInt32, _ fourth: UInt32
    ) {
        take(first)
        take(second)
        take(third)
        take(fourth)
    }

    /// The last one to three bytes.
    mutating func take(bytes word: UInt32, count: UInt32) {
        sum = sum &+ word
        sums = sums &+ sum
        var (left, rest) = (count, word)
        while left > 0 {
            crc = crc >> 8 ^ (unsafe tables[Int((crc ^ rest) & 0xFF)])
            rest >>= 8
            left &-= 1
        }
    }
}
