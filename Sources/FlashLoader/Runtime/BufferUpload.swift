// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess

/// Data on its way to a buffer while the core is busy with another.
///
/// In pieces, so that between them somebody looks whether the core is done and feeds the watchdogs.
final class BufferUpload {
    private let bytes: [UInt8]
    private let address: UInt32
    private let memory: MemoryAccessPort
    private var sent = 0
    private var failure: DebugAccessError?

    /// Some milliseconds on the fastest link, a tenth of a second on a slow one.
    static let pieceSize = 4096

    init(_ bytes: [UInt8], to address: UInt32, through memory: MemoryAccessPort) {
        (self.bytes, self.address, self.memory) = (bytes, address, memory)
    }

    /// Sends the next piece.
    ///
    /// - Returns: false when there was none. A failure is kept for ``finish()``: the call that is going on has the
    ///   first word.
    func advance() -> Bool {
        guard failure == nil, sent < bytes.count else { return false }
        do { try sendPiece() } catch { failure = error }
        return true
    }

    /// Sends what is left.
    func finish() throws(DebugAccessError) {
        if let failure { throw failure }
        while sent < bytes.count { try sendPiece() }
    }

    private func sendPiece() throws(DebugAccessError) {
        let end = min(sent + Self.pieceSize, bytes.count)
        try memory.write(Array(bytes[sent..<end]), at: address + UInt32(sent))
        sent = end
    }
}
