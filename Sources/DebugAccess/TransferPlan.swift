// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe

/// A run of bus accesses of one width.
package struct TransferPiece: Hashable, Sendable {
    /// A multiple of `width`.
    package var address: UInt32
    /// Bytes, a multiple of `width`.
    package var count: Int
    package var width: AccessWidth
}

/// How a range of any alignment and length is cut into aligned bus accesses.
package enum TransferPlan {
    /// TAR increments for certain only within this many bytes (ADIv5.2 §C2.2.2); what it does beyond depends on the AP.
    package static let incrementWindow = 1_024

    /// Words in the middle, narrower accesses at the edges, so that nothing outside the range is touched.
    ///
    /// - Precondition: the range ends within the address space.
    package static func pieces(count: Int, at address: UInt32) -> [TransferPiece] {
        let head = min(Int((0 &- address) & 3), count)
        let words = (count - head) & ~3
        let tail = count - head - words
        var pieces: [TransferPiece] = []
        var next = address
        for (size, isWord) in [(head, false), (words, true), (tail, false)] where size > 0 {
            let width: AccessWidth =
                isWord ? .word : size == 2 && next.isMultiple(of: 2) ? .halfword : .byte
            pieces.append(TransferPiece(address: next, count: size, width: width))
            // Wraps only after the last piece, when the range ends with the address space.
            next &+= UInt32(size)
        }
        return pieces
    }

    /// Cuts a piece at window boundaries and so that none is longer than `limit` bytes.
    package static func split(_ piece: TransferPiece, window: Int?, limit: Int) -> [TransferPiece] {
        let most = max(piece.width.rawValue, limit / piece.width.rawValue * piece.width.rawValue)
        var parts: [TransferPiece] = []
        var done = 0
        while done < piece.count {
            let start = piece.address &+ UInt32(done)
            var size = min(piece.count - done, most)
            if let window { size = min(size, window - Int(start) % window) }
            parts.append(TransferPiece(address: start, count: size, width: piece.width))
            done += size
        }
        return parts
    }
}
