// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// A piece of the flash and what it held at some time.
    struct Sample: Hashable, Sendable {
        let range: AddressRange
        let bytes: [UInt8]
    }

    /// One sample of each page in the ranges.
    func readSamples(_ ranges: AddressRangeSet) throws(FlashError) -> [Sample] {
        var samples: [Sample] = []
        meter.expect(.survey, bytes: ranges.count, taking: .zero)
        for range in ranges.ranges {
            let bytes = try read(range, .survey)
            samples += range.pieces(of: geometry.pageSize).map {
                Sample(range: $0, bytes: Array(Self.slice(of: bytes, $0, in: range)))
            }
        }
        return samples
    }

    /// Takes note of what the pages beside `erased` hold, except those in `changing`.
    func watch(beside erased: AddressRangeSet, except changing: AddressRangeSet) throws(FlashError) {
        let pages = erased.neighbours(within: geometry.readableRange, page: geometry.pageSize)
            .filter { !changing.intersects($0) }
        neighbours += try readSamples(AddressRangeSet(pages))
    }

    /// Whether what was noted is still there, except where it was changed on purpose since.
    func checkNeighbours() throws(FlashError) {
        try checkNeighbours(neighbours.filter { !rewritten.intersects($0.range) }, of: nil)
    }

    /// `erased` is the range of the erase since then, where there was only one.
    func checkNeighbours(_ samples: [Sample], of erased: AddressRange?) throws(FlashError) {
        meter.expect(.verify, bytes: samples.reduce(0) { $0 + $1.range.count }, taking: .zero)
        for sample in samples {
            let now = try read(sample.range, .verify)
            guard let offset = now.indices.first(where: { now[$0] != sample.bytes[$0] }) else { continue }
            let byte = ByteMismatch(
                address: sample.range.start + UInt32(offset), expected: sample.bytes[offset],
                found: now[offset])
            let blank = try blankStretch(around: erased ?? AddressRange(start: byte.address, count: 1))
            if let blank { journal.wasErased(blank) }
            throw .neighbourDamaged(
                NeighbourFinding(first: byte, erased: erased, blank: blank), aftermathOfProof())
        }
    }

    /// How far an erase that went too far may have gone.
    private static let damageLimit = 256 << 10

    /// All blank bytes around a range that is blank itself; nothing when it is not.
    private func blankStretch(around range: AddressRange) throws(FlashError) -> AddressRange? {
        let bytes = try readForProof(range)
        guard bytes.holdsOnly(geometry.erasedValue, in: 0..<bytes.count) else { return nil }
        var (low, high) = (range.bounds.lowerBound, range.bounds.upperBound)
        let limits = geometry.readableRange.bounds.clamped(
            to: low - Self.damageLimit..<high + Self.damageLimit)
        while let piece = AddressRange(max(limits.lowerBound, low - 4096)..<low) {
            let bytes = try readForProof(piece)
            let blank = bytes.reversed().prefix { $0 == geometry.erasedValue }.count
            low -= blank
            if blank < piece.count { break }
        }
        while let piece = AddressRange(high..<min(limits.upperBound, high + 4096)) {
            let bytes = try readForProof(piece)
            let blank = bytes.prefix { $0 == geometry.erasedValue }.count
            high += blank
            if blank < piece.count { break }
        }
        return AddressRange(low..<high)
    }

    private func readForProof(_ range: AddressRange) throws(FlashError) -> [UInt8] {
        meter.expect(.verify, bytes: range.count, taking: .zero)
        return try read(range, .verify)
    }
}

extension AddressRangeSet {
    /// The page before and the page after each range.
    func neighbours(within limits: AddressRange, page: Int) -> [AddressRange] {
        ranges.flatMap { range in
            [
                AddressRange(max(0, range.bounds.lowerBound - page)..<range.bounds.lowerBound),
                AddressRange(range.bounds.upperBound..<range.bounds.upperBound + page),
            ].compactMap { $0?.intersection(limits) }
        }
    }
}
