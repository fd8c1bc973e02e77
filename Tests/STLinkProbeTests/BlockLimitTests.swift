// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Testing

@testable import STLinkProbe

@Suite struct `ST-LINK memory commands` {
    private typealias Piece = STLinkBlockLimits.Piece
    private let new = STLinkBlockLimits(STLinkVersion(hardware: 3, jtag: 16))
    private let old = STLinkBlockLimits(STLinkVersion(hardware: 2, jtag: 28))

    @Test func `limits by width and firmware`() {
        #expect(new.maximumCount(.word) == 6_144)
        #expect(new.maximumCount(.halfword) == 6_144)
        #expect(new.maximumCount(.byte) == 512)
        #expect(old.maximumCount(.word) == 6_144)
        #expect(old.maximumCount(.byte) == 64)
        #expect(STLinkBlockLimits(STLinkVersion(hardware: 3, jtag: 5)).maximumCount(.byte) == 64)
    }

    @Test func `new firmware crosses increment windows by itself`() {
        #expect(
            new.pieces(of: 6_144, at: 0x2400_0204, width: .word, isRead: true) == [
                Piece(address: 0x2400_0204, count: 6_144)
            ])
        #expect(
            new.pieces(of: 10_000, at: 0, width: .word, isRead: false)
                == [Piece(address: 0, count: 6_144), Piece(address: 6_144, count: 3_856)])
    }

    @Test func `old firmware is kept inside an increment window`() {
        #expect(
            old.pieces(of: 2_052, at: 0x2000_03fc, width: .word, isRead: true) == [
                Piece(address: 0x2000_03fc, count: 4), Piece(address: 0x2000_0400, count: 1_024),
                Piece(address: 0x2000_0800, count: 1_024),
            ])
    }

    @Test func `long byte reads stay below what V3 firmware was seen to fail with`() {
        #expect(new.pieces(of: 512, at: 1, width: .byte, isRead: true).map(\.count) == [255, 255, 2])
        #expect(new.pieces(of: 512, at: 1, width: .byte, isRead: false).map(\.count) == [512])
    }

    @Test func `nothing is no command`() {
        #expect(new.pieces(of: 0, at: 0, width: .word, isRead: true) == [])
    }

    @Test func `the end of the address space is not overrun`() {
        #expect(
            old.pieces(of: 8, at: 0xffff_fffc, width: .word, isRead: true).map(\.address) == [0xffff_fffc, 0])
    }
}
