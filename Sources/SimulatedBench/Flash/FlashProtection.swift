// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What of the array SR1...SR3 and the lock bits keep from being changed (W25Q128JV datasheet rev F §7.1, §8.2.34).
struct FlashProtection {
    /// SR1, SR2, SR3 as in force.
    var status: [UInt8]
    private let count: Int
    /// Individual locks: the 4-KiB sectors of the first and last block, and the 254 blocks between; all locked after
    /// power-up.
    private var locks: [Bool]

    init(status: [UInt8], count: Int) {
        (self.status, self.count) = (status, count)
        locks = Array(repeating: true, count: 32 + count >> 16 - 2)
    }

    private var hasIndividualLocks: Bool { status[2] & 4 != 0 }

    /// Where SEC, TB, BP2...0 and CMP forbid changes.
    var range: Range<Int> {
        let blocks = Int(status[0] >> 2 & 7)
        let isBottom = status[0] & 0x20 != 0
        let isComplement = status[1] & 0x40 != 0
        let size: Int
        switch blocks {
        case 0: size = 0
        case 7: size = count
        case _ where status[0] & 0x40 != 0: size = min((4 << 10) << (blocks - 1), 32 << 10)
        default: size = count >> (7 - blocks)
        }
        // The complement of a region at one end is the rest at the other.
        if isComplement { return isBottom ? size..<count : 0..<count - size }
        return isBottom ? 0..<size : count - size..<count
    }

    func forbidsChange(of touched: Range<Int>) -> Bool {
        guard hasIndividualLocks else { return range.overlaps(touched) }
        return lockIndices(of: touched).contains { locks[$0] }
    }
    var forbidsAnything: Bool { hasIndividualLocks ? locks.contains(true) : !range.isEmpty }

    func isLocked(_ address: Int) -> Bool { locks[lockIndex(of: address)] }
    mutating func setLock(_ isLocked: Bool, at address: Int) { locks[lockIndex(of: address)] = isLocked }
    mutating func setAllLocks(_ isLocked: Bool) { locks = locks.map { _ in isLocked } }

    private func lockIndex(of address: Int) -> Int {
        let address = address & (count - 1)
        let block = address >> 16
        if block == 0 { return address >> 12 }
        if block == count >> 16 - 1 { return 16 + (address >> 12 & 15) }
        return 32 + block - 1
    }
    private func lockIndices(of touched: Range<Int>) -> [Int] {
        stride(from: touched.lowerBound, to: touched.upperBound, by: 4 << 10).map(lockIndex)
    }
}
