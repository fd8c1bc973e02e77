// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

extension FlashRun {
    /// Bytes whose hash is asked for in one call: a second of target time at 64 MHz.
    private static let hashPiece = 1 << 18

    /// Which proof a mode leads to on this device; says so when it is not the one that was asked for.
    func proof(for mode: VerifyMode) -> FlashReport.Proof {
        switch mode {
        case .none: return .none
        case .read: return .readBack
        case .hash:
            if device.hashesOnTarget { return .hash }
            warn(.noHashOnTarget)
            return .readBack
        }
    }

    func expectVerification(_ ranges: AddressRangeSet) {
        meter.expect(.verify, bytes: ranges.count, taking: transferTime(of: ranges.count))
    }

    /// Compares everything, whatever it finds on the way.
    func compare(
        _ ranges: AddressRangeSet, with contents: ExpectedContents, by proof: FlashReport.Proof
    ) throws(FlashError) -> VerifyFinding? {
        var comparison = Comparison(geometry)
        for range in ranges.ranges {
            for piece in range.pieces(of: Self.hashPiece, alignedTo: geometry.pageSize) {
                try compare(piece, with: contents, by: proof, into: &comparison)
            }
        }
        return comparison.finding(origin: contents.origin)
    }

    private func compare(
        _ piece: AddressRange, with contents: ExpectedContents, by proof: FlashReport.Proof,
        into comparison: inout Comparison
    ) throws(FlashError) {
        let expected = contents.bytes(in: piece)
        let isHashed = proof == .hash
        if isHashed, try sha256(of: piece, .verify) == SHA256.digest(of: expected) {
            comparison.take(expected, expected: expected, at: piece)
            wasVerified(piece)
            return
        }
        let found = try read(piece, .verify)
        let isEqual = found.isEqual(to: expected, in: 0..<piece.count)
        comparison.take(found, expected: expected, at: piece)
        if isEqual, isHashed { throw .hashDisagrees(piece, aftermathOfProof()) }
        if isEqual { wasVerified(piece) }
    }

    /// Looks at everything, whatever it finds on the way.
    func checkBlank(
        _ ranges: AddressRangeSet, by proof: FlashReport.Proof
    ) throws(FlashError) -> BlankFinding? {
        var check = BlankCheck(geometry)
        var blankDigest: (count: Int, digest: SHA256.Digest)?
        for range in ranges.ranges {
            for piece in range.pieces(of: Self.hashPiece, alignedTo: geometry.pageSize) {
                if proof == .hash {
                    let blank =
                        blankDigest.flatMap { $0.count == piece.count ? $0.digest : nil }
                        ?? SHA256.digest(of: [UInt8](repeating: geometry.erasedValue, count: piece.count))
                    blankDigest = (piece.count, blank)
                    if try sha256(of: piece, .verify) == blank {
                        check.takeBlank(piece)
                        wasVerified(piece)
                        continue
                    }
                }
                let found = try read(piece, .verify)
                check.take(found, at: piece)
                guard found.holdsOnly(geometry.erasedValue, in: 0..<piece.count) else { continue }
                if proof == .hash { throw .hashDisagrees(piece, aftermathOfProof()) }
                wasVerified(piece)
            }
        }
        return check.finding
    }
}
