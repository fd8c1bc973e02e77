// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The QUADSPI peripheral, polled (RM0399 §24).
enum QuadSPI {
    private static var control: Register { .init(0x5200_5000) }
    private static var device: Register { .init(0x5200_5004) }
    private static var status: Register { .init(0x5200_5008) }
    private static var flagClear: Register { .init(0x5200_500C) }
    private static var length: Register { .init(0x5200_5010) }
    private static var communication: Register { .init(0x5200_5014) }
    private static var address: Register { .init(0x5200_5018) }
    private static var alternate: Register { .init(0x5200_501C) }
    private static var data: Register { .init(0x5200_5020) }
    private static var pollMask: Register { .init(0x5200_5024) }
    private static var pollMatch: Register { .init(0x5200_5028) }
    private static var pollInterval: Register { .init(0x5200_502C) }

    private enum Flag {
        static var error: UInt32 { 1 }
        static var complete: UInt32 { 1 << 1 }
        static var fifo: UInt32 { 1 << 2 }
        static var match: UInt32 { 1 << 3 }
        static var busy: UInt32 { 1 << 5 }
        static var all: UInt32 { 0x1B }
    }

    /// 64 MHz / 2 with half a cycle of sampling shift; automatic poll stop; FIFO flag at 16 bytes.
    ///
    /// Never undivided: with the bus clock as kernel clock that needs a duty cycle it may not have (ES0392 §2.7.6).
    private static var running: UInt32 { 1 << 24 | 1 << 22 | 15 << 8 | Board.bankSelect | 1 << 4 | 1 }
    /// 32 MiB, twice the flash: the end of the map is then far from the end of the flash, where mapped reads hang
    /// (ES0392 §2.7.5); NCS stays high for at least 4 clocks, 125 ns.
    private static var geometry: UInt32 { 24 << 16 | 3 << 8 }

    /// Time for what needs no more than a few microseconds, transfers of any length excepted.
    private static var shortWait: UInt32 { 10_000 }
    /// For the next 16 bytes of a running transfer.
    private static var fifoWait: UInt32 { 10_000 }

    static func configure() -> Bool {
        ClockControl.resetQuadSPI()
        device.value = geometry
        return settle()
    }

    /// Leaves memory-mapped mode and whatever transfer was going on.
    static func release() -> Bool {
        let wasMapped = communication.value >> 26 & 3 == 3
        if wasMapped || status.value & Flag.busy != 0 {
            control.set(2)
            guard control.wait(2, 0, microseconds: shortWait) else { return false }
        }
        guard status.wait(Flag.busy, 0, microseconds: shortWait) else { return false }
        flagClear.value = Flag.all
        return wasMapped ? settle() : true
    }

    /// The sequence against the block's internal timing problem, due after reset and after memory-mapped mode (ES0392
    /// §2.7.4): two free-running clocks at the slowest rate, cut off within 127 kernel clocks.
    private static func settle() -> Bool {
        control.value = 0
        guard status.wait(Flag.busy, 0, microseconds: shortWait) else { return false }
        control.value = 0xFF00_0001
        communication.value = 1 << 29
        communication.value = 1 << 29
        control.value = 0
        guard status.wait(Flag.busy, 0, microseconds: shortWait) else { return false }
        flagClear.value = Flag.all
        control.value = running
        return true
    }

    /// An instruction without address or data.
    static func command(_ code: UInt8, lines: Transfer.Lines = .one) -> Bool {
        communication.value = Transfer(code, lines: lines).bits
        return finish()
    }

    /// An instruction with an address, and no data.
    static func command(_ transfer: Transfer, at target: UInt32) -> Bool {
        communication.value = transfer.bits
        address.value = target
        return finish()
    }

    /// Sends one data byte.
    static func write(_ code: UInt8, _ value: UInt8) -> Bool {
        length.value = 0
        communication.value = Transfer(code).data(.one).bits
        data.byte = value
        return finish()
    }

    /// Up to four bytes of a register, the first in the lowest bits.
    static func read(_ code: UInt8, count: UInt32) -> UInt32? {
        length.value = count &- 1
        communication.value = Transfer(code).data(.one).reading.bits
        guard status.wait(Flag.complete, Flag.complete, microseconds: shortWait) else { return nil }
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while shift < 8 &* count {
            value |= UInt32(data.byte) << shift
            shift &+= 8
        }
        return finish() ? value : nil
    }

    /// Lets the peripheral read the flash's status until (status & mask) == match.
    ///
    /// - Returns: false when it did not come to that in time; the peripheral is idle all the same.
    static func poll(_ code: UInt8, _ mask: UInt32, _ match: UInt32, microseconds: UInt32) -> Bool {
        pollMask.value = mask
        pollMatch.value = match
        pollInterval.value = 16
        length.value = 0
        communication.value = Transfer(code).data(.one).polling.bits
        let matched = status.wait(Flag.match, Flag.match, microseconds: microseconds)
        return release() && matched
    }

    /// From now on reads of the mapped window are flash reads.
    ///
    /// The last indirect address must be a multiple of four, or the first mapped read may be wrong; see
    /// ``W25Q128/map()``.
    static func map(_ transfer: Transfer, modeByte: UInt32) {
        alternate.value = modeByte
        communication.value = transfer.mapped.bits
    }

    /// Sends `count` bytes of data behind an address.
    static func program(
        _ transfer: Transfer, at target: UInt32, _ bytes: UnsafePointer<UInt8>, _ count: UInt32
    ) -> Bool {
        length.value = count &- 1
        communication.value = transfer.bits
        address.value = target
        var next = unsafe UnsafeRawPointer(bytes)
        var left = count
        while left > 0 {
            // At least 16 bytes are free.
            guard status.wait(Flag.fifo, Flag.fifo, microseconds: fifoWait) else { return false }
            var words: UInt32 = 4
            while words > 0, left >= 4 {
                data.value = unsafe next.loadUnaligned(as: UInt32.self)
                unsafe next += 4
                left &-= 4
                words &-= 1
            }
            if left < 4 {
                while left > 0 {
                    data.byte = unsafe next.load(as: UInt8.self)
                    unsafe next += 1
                    left &-= 1
                }
            }
        }
        return finish()
    }

    /// Reads `count` bytes and hands them over as words, the last one or two as fewer bytes.
    ///
    /// `take` gets a value and how many bytes of it count; false ends the reading.
    /// - Returns: whether all was read and taken.
    @inline(__always)
    static func read(
        _ transfer: Transfer, at target: UInt32, _ count: UInt32, _ take: (UInt32, UInt32) -> Bool
    ) -> Bool {
        length.value = count &- 1
        communication.value = transfer.reading.bits
        address.value = target
        var left = count
        while left >= 16 {
            guard status.wait(Flag.fifo, Flag.fifo, microseconds: fifoWait) else { return false }
            var words: UInt32 = 4
            while words > 0 {
                if !take(data.value, 4) {
                    _ = release()
                    return false
                }
                words &-= 1
            }
            left &-= 16
        }
        guard status.wait(Flag.complete, Flag.complete, microseconds: fifoWait) else { return false }
        while left >= 4 {
            if !take(data.value, 4) {
                _ = release()
                return false
            }
            left &-= 4
        }
        while left > 0 {
            if !take(UInt32(data.byte), 1) {
                _ = release()
                return false
            }
            left &-= 1
        }
        return finish()
    }

    /// Waits for the end of an indirect transfer.
    private static func finish() -> Bool {
        guard status.wait(Flag.complete, Flag.complete, microseconds: shortWait) else { return false }
        let failed = status.value & Flag.error != 0
        flagClear.value = Flag.all
        return status.wait(Flag.busy, 0, microseconds: shortWait) && !failed
    }
}
