// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

extension FlashRun {
    /// Bytes that are compared at a time.
    private static let readPiece = 1 << 18

    /// Which proof a mode leads to on this device; says so when it is not the one that was asked for.
    func proof(for mode: VerifyMode) -> FlashReport.Proof {
        switch mode {
        case .none: return .none
        case .read: return .readBack
        case .best: return engine.abilities.hasDigests ? .hash : .readBack
        case .hash:
            if engine.abilities.hasDigests { return .hash }
            warn(.noHashOnTarget)
            return .readBack
        }
    }

    func expectVerification(_ ranges: AddressRangeSet) {
        let time =
            report.proof == .hash ? digestTime(of: ranges.count) : transferTime(of: ranges.count)
        meter.expect(.verify, bytes: ranges.count, taking: time)
    }

    /// Compares everything, whatever it finds on the way.
    func compare(
        _ ranges: AddressRangeSet, with contents: ExpectedContents, by proof: FlashReport.Proof
    ) throws(FlashError) -> VerifyFinding? {
        var comparison = Comparison(geometry)
        try forEachPiece(of: ranges, proof) { piece throws(FlashError) in
            let expected = contents.bytes(in: piece)
            guard proof == .hash else {
                try compare(piece, with: expected, into: &comparison)
                return
            }
            let wrong = try differing(piece, .verify) { unit in
                FlashDigest(of: Self.slice(of: expected, unit, in: piece))
            }
            comparison.takeEqual(piece.count - wrong.reduce(0) { $0 + $1.count })
            try readDiffering(wrong, of: piece) { (unit) throws(FlashError) in
                let wanted = Array(Self.slice(of: expected, unit, in: piece))
                return try compare(unit, with: wanted, into: &comparison)
            }
        }
        return comparison.finding(origin: contents.origin)
    }

    /// Looks at everything, whatever it finds on the way.
    func checkBlank(
        _ ranges: AddressRangeSet, by proof: FlashReport.Proof
    ) throws(FlashError) -> BlankFinding? {
        var check = BlankCheck(geometry)
        try forEachPiece(of: ranges, proof) { piece throws(FlashError) in
            guard proof == .hash else {
                try checkBlank(piece, into: &check)
                return
            }
            let dirty = try differing(piece, .verify) { blankDigest(of: $0.count) }
            check.takeBlank(piece.count - dirty.reduce(0) { $0 + $1.count })
            try readDiffering(dirty, of: piece) { (unit) throws(FlashError) in
                try checkBlank(unit, into: &check)
            }
        }
        return check.finding
    }

    private func forEachPiece(
        of ranges: AddressRangeSet, _ proof: FlashReport.Proof,
        _ body: (AddressRange) throws(FlashError) -> Void
    ) throws(FlashError) {
        for range in ranges.ranges {
            var rest: AddressRange? = range
            while let left = rest {
                let size = proof == .hash ? digestPiece : Self.readPiece
                let piece = left.firstPiece(of: size, alignedTo: geometry.pageSize)
                try body(piece)
                rest = AddressRange(piece.bounds.upperBound..<range.bounds.upperBound)
            }
        }
    }

    /// What has another digest is read, so that the first wrong byte can be told; what is then right is contradiction enough.
    private func readDiffering(
        _ units: [AddressRange], of piece: AddressRange,
        _ look: (AddressRange) throws(FlashError) -> Bool
    ) throws(FlashError) {
        var right = AddressRangeSet([piece])
        for unit in units {
            right.remove(unit)
            meter.expect(.verify, bytes: unit.count, taking: .zero)
            if try look(unit) { throw .hashDisagrees(unit, aftermathOfProof()) }
        }
        right.ranges.forEach(wasVerified)
    }

    /// - Returns: whether the piece holds what it should.
    @discardableResult private func compare(
        _ piece: AddressRange, with expected: [UInt8], into comparison: inout Comparison
    ) throws(FlashError) -> Bool {
        let found = try read(piece, .verify)
        comparison.take(found, expected: expected, at: piece)
        guard found.isEqual(to: expected, in: 0..<piece.count) else { return false }
        wasVerified(piece)
        return true
    }

    @discardableResult private func checkBlank(
        _ piece: AddressRange, into check: inout BlankCheck
    ) throws(FlashError) -> Bool {
        let found = try read(piece, .verify)
        check.take(found, at: piece)
        guard found.holdsOnly(geometry.erasedValue, in: 0..<piece.count) else { return false }
        wasVerified(piece)
        return true
    }

    static func slice(
        of bytes: [UInt8], _ part: AddressRange, in whole: AddressRange
    ) -> ArraySlice<UInt8> {
        let low = part.bounds.lowerBound - whole.bounds.lowerBound
        return bytes[low..<low + part.count]
    }
}
