// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

/// Data on its way to a buffer while the core is busy with another.
///
/// In pieces, so that between them somebody looks whether the core is done and feeds the watchdogs.
final class BufferUpload {
    private let bytes: [UInt8]
    private let address: UInt32
    private let memory: MemoryAccessPort
    private let timebase: any Timebase
    private var sent = 0
    private var failure: DebugAccessError?
    private var pieceSize = BufferUpload.block

    /// Bytes that one command of an ST-LINK carries.
    private static let block = 6144
    private static let largestPiece = 4 * block
    private static let smallestPiece = block / 8
    /// A piece is made smaller when it takes longer than this, larger when it takes less than a quarter of it.
    private static let longestPiece: Duration = .milliseconds(40)

    init(
        _ bytes: [UInt8], to address: UInt32, through memory: MemoryAccessPort, on timebase: any Timebase
    ) {
        (self.bytes, self.address, self.memory, self.timebase) = (bytes, address, memory, timebase)
    }

    /// Sends the next piece.
    ///
    /// - Returns: false when there was none. A failure is kept for ``finish()``: the call that is going on has the
    ///   first word.
    func advance() -> Bool {
        guard failure == nil, sent < bytes.count else { return false }
        let start = timebase.now
        do { try send(pieceSize) } catch { failure = error }
        let time = timebase.now - start
        if time > Self.longestPiece {
            pieceSize = max(pieceSize / 2, Self.smallestPiece)
        } else if time < Self.longestPiece / 4 {
            pieceSize = min(pieceSize * 2, Self.largestPiece)
        }
        return true
    }

    /// Sends what is left.
    func finish() throws(DebugAccessError) {
        if let failure { throw failure }
        if sent < bytes.count { try send(bytes.count - sent) }
    }

    private func send(_ count: Int) throws(DebugAccessError) {
        let end = min(sent + count, bytes.count)
        try memory.write(Array(bytes[sent..<end]), at: address + UInt32(sent))
        sent = end
    }
}
