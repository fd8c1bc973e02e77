// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What the target says of its flash without sending it.
extension FlashRun {
    /// Progress waits no longer for one command, once it is known how fast they are.
    private static let longestDigest: Duration = .milliseconds(400)
    private static let digestPieces = 1 << 18...1 << 24
    /// Bytes that one digest is about, where nothing else decides.
    static let digestUnit = 4096
    /// Bytes per second of a core without cache, to estimate with.
    private static let typicalDigestRate = 12_000_000.0

    /// One digest for each `unit` bytes of the range.
    func digests(
        of range: AddressRange, unit: Int, _ phase: FlashPhase
    ) throws(FlashError) -> [FlashDigest] {
        let begun = meter.elapsed
        let result = try perform(.digest(range, unit: unit), .hash, phase, range)
        adaptDigestPiece(to: range.count, meter.elapsed - begun)
        guard case .digests(let digests) = result, digests.count == (range.count + unit - 1) / unit else {
            throw .wrongCount(range, got: 0, aftermath())
        }
        return digests
    }

    /// Short ranges tell nothing: what each command costs by itself hides how fast it is.
    private func adaptDigestPiece(to count: Int, _ time: Duration) {
        guard count * 2 >= digestPiece else { return }
        while digestPiece < Self.digestPieces.upperBound,
            time * (2 * Double(digestPiece) / Double(count)) <= Self.longestDigest
        {
            digestPiece *= 2
        }
        while digestPiece > Self.digestPieces.lowerBound,
            time * (Double(digestPiece) / Double(count)) > Self.longestDigest
        {
            digestPiece /= 2
        }
    }

    /// The digest of each sector by its start, asked for in as few commands as there are runs of equal ones.
    func digests(
        of sectors: [AddressRange], _ phase: FlashPhase
    ) throws(FlashError) -> [UInt32: FlashDigest] {
        var found: [UInt32: FlashDigest] = [:]
        found.reserveCapacity(sectors.count)
        var index = 0
        while index < sectors.count {
            let (first, size) = (sectors[index], sectors[index].count)
            var end = first.bounds.upperBound
            index += 1
            while index < sectors.count, sectors[index].count == size,
                sectors[index].bounds.lowerBound == end,
                end + size - first.bounds.lowerBound <= max(size, digestPiece)
            {
                end += size
                index += 1
            }
            let range = AddressRange(start: first.start, count: end - first.bounds.lowerBound)
            for (number, digest) in try digests(of: range, unit: size, phase).enumerated() {
                found[range.start + UInt32(number * size)] = digest
            }
        }
        return found
    }

    func digestTime(of bytes: Int) -> Duration { .seconds(Double(bytes) / Self.typicalDigestRate) }

    func blankDigest(of count: Int) -> FlashDigest {
        if let known = blankDigests[count] { return known }
        let digest = FlashDigest(of: [UInt8](repeating: geometry.erasedValue, count: count))
        blankDigests[count] = digest
        return digest
    }

    /// What of a range has another digest than `expected` says, as ranges of one unit.
    func differing(
        _ range: AddressRange, _ phase: FlashPhase, from expected: (AddressRange) -> FlashDigest
    ) throws(FlashError) -> [AddressRange] {
        let units = range.pieces(of: Self.digestUnit)
        let found = try digests(of: range, unit: Self.digestUnit, phase)
        return zip(units, found).filter { expected($0) != $1 }.map(\.0)
    }
}
