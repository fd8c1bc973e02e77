// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// How much one memory command of a given firmware may move, and where it must not reach across.
struct STLinkBlockLimits: Hashable {
    struct Piece: Hashable {
        var address: UInt32
        var count: Int
    }

    /// Halfwords and words, all firmware.
    private static let wideLimit = 6_144
    /// V3 firmware that claims 512 bytes was seen to fail reads of 256 and more.
    private static let byteReadLimit = 255
    /// TAR increments within this many bytes in every MEM-AP (ADIv5.2 §C2.2.2).
    private static let incrementWindow: UInt32 = 1_024

    private let byteLimit: Int
    /// Newer firmware writes TAR again by itself.
    private let staysInWindow: Bool

    init(_ version: STLinkVersion) {
        byteLimit = version.has(.largeByteBlocks) ? 512 : 64
        staysInWindow = !version.has(.memoryAccessControl)
    }

    func maximumCount(_ width: AccessWidth) -> Int { width == .byte ? byteLimit : Self.wideLimit }

    /// The commands that move `count` bytes, in order.
    func pieces(of count: Int, at address: UInt32, width: AccessWidth, isRead: Bool) -> [Piece] {
        precondition(count % width.rawValue == 0, "a block is a whole number of accesses")
        precondition(Int(address) % width.rawValue == 0, "a block is aligned to its width")
        let limit = width == .byte && isRead ? min(byteLimit, Self.byteReadLimit) : maximumCount(width)
        var pieces: [Piece] = []
        var done = 0
        while done < count {
            let start = address &+ UInt32(truncatingIfNeeded: done)
            let window = staysInWindow ? Int(Self.incrementWindow - start % Self.incrementWindow) : limit
            let size = min(count - done, limit, window)
            pieces.append(Piece(address: start, count: size))
            done += size
        }
        return pieces
    }
}
