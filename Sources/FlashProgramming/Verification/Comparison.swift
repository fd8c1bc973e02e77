// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Collects where contents differ from what was wanted.
struct Comparison {
    private let geometry: FlashGeometry
    private var first: ByteMismatch?
    private(set) var comparedBytes = 0
    private var differingBytes = 0
    private var sectors: [AddressRange] = []
    private var (hasUnerased, hasUnprogrammed, hasNonBlank) = (false, false, false)

    /// Whether every page that differs holds what is wanted with the bytes of each pair in each other's places.
    private var arePairsExchanged = true
    private let isSample: Bool

    /// With `isSample` only the beginning of what was written is compared.
    init(_ geometry: FlashGeometry, isSample: Bool = false) {
        (self.geometry, self.isSample) = (geometry, isSample)
    }

    /// All three must be of one length.
    mutating func take(_ found: [UInt8], expected: [UInt8], at range: AddressRange) {
        comparedBytes += range.count
        guard !found.isEqual(to: expected, in: 0..<range.count) else { return }
        for page in range.pieces(of: geometry.pageSize) {
            let low = page.bounds.lowerBound - range.bounds.lowerBound
            if found.isEqual(to: expected, in: low..<low + page.count) { continue }
            arePairsExchanged =
                arePairsExchanged
                && (low..<low + page.count).allSatisfy { offset in
                    let other = (range.bounds.lowerBound + offset).isMultiple(of: 2) ? offset + 1 : offset - 1
                    return !expected.indices.contains(other) || found[offset] == expected[other]
                }
            for offset in low..<low + page.count where found[offset] != expected[offset] {
                note(found[offset], expected[offset], at: range.bounds.lowerBound + offset)
            }
        }
    }

    /// For bytes whose digest is the wanted one.
    mutating func takeEqual(_ count: Int) { comparedBytes += count }

    /// Nothing when all bytes were equal.
    func finding(origin: (Int) -> String?) -> VerifyFinding? {
        guard let first else { return nil }
        return VerifyFinding(
            first: first, differingBytes: differingBytes, comparedBytes: comparedBytes, sectors: sectors,
            nature: nature, origin: origin(Int(first.address)), isSample: isSample)
    }

    private mutating func note(_ found: UInt8, _ expected: UInt8, at address: Int) {
        differingBytes += 1
        if first == nil { first = ByteMismatch(address: UInt32(address), expected: expected, found: found) }
        let (foundBits, expectedBits) = (found ^ geometry.erasedValue, expected ^ geometry.erasedValue)
        hasUnerased = hasUnerased || foundBits & ~expectedBits != 0
        hasUnprogrammed = hasUnprogrammed || expectedBits & ~foundBits != 0
        hasNonBlank = hasNonBlank || foundBits != 0
        if sectors.last?.bounds.contains(address) != true, let sector = geometry.sector(containing: address) {
            sectors.append(sector)
        }
    }

    /// A few bytes may look exchanged by chance.
    private static let tellingPairs = 8

    private var nature: MismatchNature {
        if !hasNonBlank { return .programmingHadNoEffect }
        if arePairsExchanged, differingBytes >= 2 * Self.tellingPairs { return .pairsExchanged }
        switch (hasUnerased, hasUnprogrammed) {
        case (true, false): return .bitsNotErased
        case (false, true): return .bitsNotProgrammed
        case (true, true), (false, false): return .mixed
        }
    }
}

/// Collects bytes that are not blank.
struct BlankCheck {
    private let geometry: FlashGeometry
    private var first: (address: Int, found: UInt8)?
    private(set) var checkedBytes = 0
    private var nonBlankBytes = 0
    private var sectors: [AddressRange] = []

    init(_ geometry: FlashGeometry) { self.geometry = geometry }

    mutating func take(_ found: [UInt8], at range: AddressRange) {
        checkedBytes += range.count
        guard !found.holdsOnly(geometry.erasedValue, in: 0..<range.count) else { return }
        for offset in found.indices where found[offset] != geometry.erasedValue {
            let address = range.bounds.lowerBound + offset
            nonBlankBytes += 1
            if first == nil { first = (address, found[offset]) }
            if sectors.last?.bounds.contains(address) != true,
                let sector = geometry.sector(containing: address)
            {
                sectors.append(sector)
            }
        }
    }
    /// For bytes whose digest is that of erased cells.
    mutating func takeBlank(_ count: Int) { checkedBytes += count }

    var finding: BlankFinding? {
        guard let first else { return nil }
        return BlankFinding(
            firstAddress: UInt32(first.address), found: first.found, nonBlankBytes: nonBlankBytes,
            checkedBytes: checkedBytes, sectors: sectors)
    }
}
