// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// What must be known between two reads of the window.
struct MappedWindow {
    /// Address of the FIFO's first byte.
    var address: UInt32 = 0
    /// ES0392: the first mapped read after an indirect command with AR[1:0] != 0 takes a wrong address.
    private(set) var skew: UInt32 = 0
    var hasRunIndirect = false
    /// ES0392: a second read of the last bytes of the window stalls the bus.
    var hasTouchedTail = false

    /// Memory-mapped mode begins, with `address` in AR.
    mutating func noteEntry(address: UInt32) { skew = hasRunIndirect ? address & 3 : 0 }
    /// The skew of the first command.
    mutating func takeSkew() -> UInt32 {
        defer { skew = 0 }
        return skew
    }
}

/// The window onto the flash.
extension QuadSPI {
    /// Where memory-mapped reads begin (RM0399 §2.3.2).
    static let window: UInt32 = 0x9000_0000

    /// Nil is a bus error: the window exists in memory-mapped mode only, up to the size DCR.FSIZE gives.
    func readMapped(_ offset: UInt32, _ access: Access) -> UInt32? {
        context.stableUntil = 0
        advance(to: access.now)
        let (width, size) = (access.width.rawValue, registers.spaceSize)
        let end = UInt64(offset) + UInt64(width)
        guard registers.isEnabled, registers.mode == .mapped, end <= size else { return nil }
        // ES0392: the last bytes of the space read as zero, and the next read of them never ends. In the field this
        // begins 31 bytes before the end.
        let isTail = end + 31 > size && registers.device >> 16 & 31 < 27
        guard !(isTail && mapped.hasTouchedTail), openStream(at: offset, access.now) else {
            context.isInterconnectStalled = true
            context.needsAttention = true
            return 0
        }
        if fifo.count < Int(width) { fetch(Int(width)) }
        if isStalled { wireTime = max(wireTime, access.now) }
        var value: UInt32 = 0
        for index in 0..<width { value |= UInt32(fifo.pop()) << (8 * index) }
        mapped.address = offset &+ width
        mapped.hasTouchedTail = mapped.hasTouchedTail || isTail
        return isTail ? 0 : value
    }
    /// Waits until the FIFO holds `count` bytes.
    private func fetch(_ count: Int) {
        let moment = wireTime &+ command.time(forBytes: UInt64(count - fifo.count))
        context.wait(until: moment)
        advance(to: moment)
    }

    /// Makes `offset` the FIFO's first byte: drops what was fetched ahead, or sends the command anew.
    private func openStream(at offset: UInt32, _ now: Picoseconds) -> Bool {
        if operation == .streaming {
            let ahead = offset &- mapped.address
            if ahead <= UInt32(fifo.count) {
                if ahead > 0, isStalled { wireTime = max(wireTime, now) }
                for _ in 0..<ahead { _ = fifo.pop() }
                return true
            }
            wireTime = now
            endStream()
        }
        fifo.clear()
        let skew = mapped.takeSkew()
        guard prepareCommand() else { return false }
        // Two chips give two bytes at a time, the first of them from an even address.
        let start = registers.isDualFlash ? offset & ~1 : offset
        beginCommand(address: start ^ skew, at: now)
        operation = .streaming
        mapped.address = offset
        remaining = registers.spaceSize - UInt64(start)
        if start != offset {
            fetch(2)
            _ = fifo.pop()
        }
        return true
    }
    private func endStream() {
        endCommand()
        operation = .idle
        fifo.clear()
    }

    /// TCEN: chip select rises when nobody has read for LPTR clocks after the FIFO filled up.
    func releaseAfterTimeout(_ now: Picoseconds) {
        guard registers.hasTimeout, isStalled, now >= timeoutMoment else { return }
        wireTime = timeoutMoment
        endStream()
        registers.flags |= 0x10
    }
    var timeoutMoment: Picoseconds { wireTime &+ Picoseconds(registers.lowPowerTimeout) &* command.bitTime }
}
