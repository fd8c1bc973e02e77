// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension Controller {
    /// Reads `count` bytes and hands them over as words, or one by one where no word is left.
    ///
    /// `take` gets a value and how many bytes of it count, 4 or 1; false ends the reading. A pair of flashes is read from an even
    /// address on, and an even number of bytes.
    /// - Returns: whether all was read and taken.
    @inline(__always)
    func forEach(_ target: UInt32, _ count: UInt32, _ take: (UInt32, UInt32) -> Bool) -> Bool {
        guard count > 0 else { return true }
        var lead: UInt32 = drivesPair ? target & 1 : 0
        var left = drivesPair ? (lead &+ count &+ 1) & ~1 : count
        var wanted = count
        beginReading(target &- lead, left)
        while left > 0 {
            guard left >= Self.piece ? hasPiece() : hasAll() else { return giveUp() }
            // As many as were seen to be there.
            var there = min(left, Self.piece)
            left = left &- there
            while there > 0 {
                if lead == 0, there >= 4, wanted >= 4 {
                    guard take(nextWord(), 4) else { return giveUp() }
                    there &-= 4
                    wanted &-= 4
                    continue
                }
                let byte = nextByte()
                there &-= 1
                if lead > 0 {
                    lead &-= 1
                } else if wanted > 0 {
                    guard take(byte, 1) else { return giveUp() }
                    wanted &-= 1
                }
            }
        }
        return endReading()
    }

    private func giveUp() -> Bool {
        giveUpReading()
        return false
    }
}
