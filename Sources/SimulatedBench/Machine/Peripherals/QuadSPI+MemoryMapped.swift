// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// The window at 0x90000000.
extension QuadSPI {
    /// Nil is a bus error: the window exists in memory-mapped mode only, up to the size DCR.FSIZE gives.
    func readMapped(_ offset: UInt32, _ access: Access) -> UInt32? {
        context.stableUntil = 0
        advance(to: access.now)
        let width = access.width.rawValue
        guard isEnabled, functionalMode == 3, UInt64(offset) + UInt64(width) <= spaceSize else { return nil }
        // ES0392: the last bytes of the space read as zero, and the next read of them never ends. In the field this
        // begins 31 bytes before the end.
        let isTail = UInt64(offset) + UInt64(width) + 31 > spaceSize && device >> 16 & 31 < 27
        guard !(isTail && hasTouchedTail), openStream(at: offset, access.now) else {
            context.isInterconnectStalled = true
            context.needsAttention = true
            return 0
        }
        if fifo.count < Int(width) {
            let moment = wireTime &+ UInt64(Int(width) - fifo.count) &* byteTime
            context.wait(until: moment)
            advance(to: moment)
        }
        if fifo.isFull { wireTime = max(wireTime, access.now) }
        var value: UInt32 = 0
        for index in 0..<width { value |= UInt32(fifo.pop()) << (8 * index) }
        streamAddress = offset &+ width
        hasTouchedTail = hasTouchedTail || isTail
        return isTail ? 0 : value
    }

    /// Makes `offset` the FIFO's first byte: drops what was fetched ahead, or sends the command anew.
    private func openStream(at offset: UInt32, _ now: Picoseconds) -> Bool {
        if operation == .streaming {
            let ahead = offset &- streamAddress
            if ahead <= UInt32(fifo.count) {
                if ahead > 0, fifo.isFull { wireTime = max(wireTime, now) }
                for _ in 0..<ahead { _ = fifo.pop() }
                return true
            }
            wireTime = now
            endStream()
        }
        fifo.clear()
        let skew: UInt32 = skewsNextMappedRead ? address & 3 : 0
        skewsNextMappedRead = false
        guard prepareTiming() else { return false }
        beginCommand(address: offset ^ skew, at: now)
        operation = .streaming
        streamAddress = offset
        remaining = spaceSize - UInt64(offset)
        return true
    }
}
