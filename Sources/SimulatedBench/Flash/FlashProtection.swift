// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What of the array the block protect bits and the locks of single blocks keep from being changed.
struct FlashProtection {
    let layout: FlashProtectionLayout?
    private let count: Int
    /// The 4-KiB sectors of the first and last block of 64 KiB, then the blocks between.
    private var locks: [Bool]

    /// After power-up all locks are closed.
    init(_ layout: FlashProtectionLayout?, count: Int) {
        (self.layout, self.count) = (layout, count)
        let hasLocks = layout?.individual != nil && count >= 128 << 10
        locks = hasLocks ? Array(repeating: true, count: 32 + count >> 16 - 2) : []
    }
    mutating func reset() { setAllLocks(true) }

    // MARK: Ranges

    /// Where the bits forbid changes.
    func range(_ values: [UInt16]) -> Range<Int> {
        guard let layout else { return 0..<0 }
        let size = size(layout, values)
        let isBottom = layout.bottom?.isSet(in: values) == true
        // The complement of a region at one end is the rest at the other.
        if layout.complement?.isSet(in: values) == true {
            return isBottom ? size..<count : 0..<count - size
        }
        return isBottom ? 0..<size : count - size..<count
    }
    private func size(_ layout: FlashProtectionLayout, _ values: [UInt16]) -> Int {
        var (level, highest, shift) = (0, 0, 0)
        for field in layout.level {
            level |= field.value(in: values) << shift
            shift += field.width
            highest = 1 << shift - 1
        }
        switch level {
        case 0: return 0
        case highest: return count
        case _ where layout.sector?.isSet(in: values) == true:
            return min((4 << 10) << (level - 1), 32 << 10)
        default: return min(layout.unit << (level - 1), count)
        }
    }

    func forbidsChange(of touched: Range<Int>, _ values: [UInt16]) -> Bool {
        guard hasIndividualLocks(values) else { return range(values).overlaps(touched) }
        return stride(from: touched.lowerBound, to: touched.upperBound, by: 4 << 10)
            .contains { locks[lockIndex(of: $0)] }
    }
    func forbidsAnything(of touched: Range<Int>, _ values: [UInt16]) -> Bool {
        hasIndividualLocks(values) ? locks.contains(true) : range(values).overlaps(touched)
    }

    // MARK: Locks of single blocks

    private func hasIndividualLocks(_ values: [UInt16]) -> Bool {
        !locks.isEmpty && layout?.individual?.isSet(in: values) == true
    }
    func isLocked(_ address: Int) -> Bool { !locks.isEmpty && locks[lockIndex(of: address)] }
    mutating func setLock(_ isLocked: Bool, at address: Int) {
        if !locks.isEmpty { locks[lockIndex(of: address)] = isLocked }
    }
    mutating func setAllLocks(_ isLocked: Bool) {
        for index in locks.indices { locks[index] = isLocked }
    }

    private func lockIndex(of address: Int) -> Int {
        let address = address & (count - 1)
        let block = address >> 16
        if block == 0 { return address >> 12 }
        if block == count >> 16 - 1 { return 16 + (address >> 12 & 15) }
        return 32 + block - 1
    }
}
