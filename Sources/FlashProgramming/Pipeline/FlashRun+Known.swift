// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Reading where something is known already: of that only digests cross the link.
extension FlashRun {
    /// Appends the range to `bytes`, which may have been got from `known` as far as the target confirms it.
    func read(_ range: AddressRange, into bytes: inout [UInt8], known: [UInt8]) throws(FlashError) {
        bytes.reserveCapacity(range.count)
        guard engine.abilities.hasDigests, let hinted = range.beginning(of: known.count).first, !known.isEmpty
        else { return try append(range, to: &bytes) }
        meter.expect(.survey, bytes: hinted.count, taking: digestTime(of: hinted.count))
        for piece in hinted.pieces(of: digestPiece, alignedTo: geometry.pageSize) {
            let wrong = AddressRangeSet(
                try differing(piece, .survey) { FlashDigest(of: Self.slice(of: known, $0, in: range)) })
            var next = piece.bounds.lowerBound
            for missing in wrong.ranges {
                take(next..<missing.bounds.lowerBound, of: known, from: range, to: &bytes)
                try append(missing, to: &bytes)
                next = missing.bounds.upperBound
            }
            take(next..<piece.bounds.upperBound, of: known, from: range, to: &bytes)
        }
        if let rest = AddressRange(hinted.bounds.upperBound..<range.bounds.upperBound) {
            try append(rest, to: &bytes)
        }
    }

    private func append(_ range: AddressRange, to bytes: inout [UInt8]) throws(FlashError) {
        try readPieces(of: range, .read) { _, piece in bytes += piece }
    }

    private func take(
        _ bounds: Range<Int>, of known: [UInt8], from range: AddressRange, to bytes: inout [UInt8]
    ) {
        guard let part = AddressRange(bounds) else { return }
        bytes += Self.slice(of: known, part, in: range)
        meter.drop(.read, bytes: part.count)
        report.unchangedBytes += part.count
    }
}
