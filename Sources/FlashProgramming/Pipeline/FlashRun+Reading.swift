// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Bytes over the link, the next ones asked for before the last have come.
extension FlashRun {
    func read(_ range: AddressRange, _ phase: FlashPhase) throws(FlashError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        try readPieces(of: range, phase) { _, piece in bytes += piece }
        return bytes
    }

    /// Hands over the range in pieces of a size the device likes, with the next ones on their way.
    func readPieces(
        of range: AddressRange, _ phase: FlashPhase,
        _ take: (AddressRange, [UInt8]) throws(FlashError) -> Void
    ) throws(FlashError) {
        try settle()
        var ahead = range.pieces(of: engine.abilities.readLimit, alignedTo: geometry.pageSize)[...]
        var open: ArraySlice<AddressRange> = []
        do throws(FlashError) {
            while !ahead.isEmpty || !open.isEmpty {
                while open.count < max(1, engine.abilities.readDepth), let next = ahead.first {
                    try stopIfCancelled()
                    try submitRead(next, phase, &open)
                    open.append(ahead.removeFirst())
                }
                let piece = open.removeFirst()
                let bytes = try completeRead(piece, phase, &open)
                guard bytes.count == piece.count else {
                    throw .wrongCount(piece, got: bytes.count, aftermath())
                }
                try take(piece, bytes)
            }
        } catch {
            abandonReads(&open, phase)
            throw error
        }
    }

    /// After a failure the engine has no command open, and `open` is empty.
    private func submitRead(
        _ piece: AddressRange, _ phase: FlashPhase, _ open: inout ArraySlice<AddressRange>
    ) throws(FlashError) {
        do {
            try attempt(phase, bytes: 0) { () throws(FlashEngineFailure) in try engine.submit(.read(piece)) }
        } catch {
            open = []
            throw self.error(for: error, .read, piece)
        }
    }

    /// As ``submitRead(_:_:_:)``.
    private func completeRead(
        _ piece: AddressRange, _ phase: FlashPhase, _ open: inout ArraySlice<AddressRange>
    ) throws(FlashError) -> [UInt8] {
        do {
            let result = try attempt(phase, bytes: piece.count) { () throws(FlashEngineFailure) in
                try engine.complete(poll)
            }
            return if case .bytes(let bytes) = result { bytes } else { [] }
        } catch {
            open = []
            throw self.error(for: error, .read, piece)
        }
    }

    /// Nobody wants what was asked for ahead any more.
    private func abandonReads(_ open: inout ArraySlice<AddressRange>, _ phase: FlashPhase) {
        while let piece = open.popFirst() {
            do { _ = try completeRead(piece, phase, &open) } catch {
                trace(.warning, "a read that is no longer needed failed", ["code": error.code])
            }
        }
    }
}
