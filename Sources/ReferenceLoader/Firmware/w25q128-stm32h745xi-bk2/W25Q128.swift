// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Winbond W25Q128, 16 MiB: commands in terms of QUADSPI transfers (W25Q128JV data sheet, revision F).
enum W25Q128 {
    static var base: UInt32 { 0x9000_0000 }
    static var size: UInt32 { 0x100_0000 }
    static var page: UInt32 { 0x100 }
    static var sector: UInt32 { 0x1000 }

    private enum Status {
        static var busy: UInt32 { 1 }
        static var writeEnabled: UInt32 { 2 }
        /// Of register 2.
        static var quadEnabled: UInt32 { 1 << 1 }
        static var suspended: UInt32 { 1 << 7 }
    }

    /// The data sheet's maxima and a quarter more.
    private enum Limit {
        static var pageProgram: UInt32 { 3_750 }
        static var sectorErase: UInt32 { 500_000 }
        static var halfBlockErase: UInt32 { 2_000_000 }
        static var blockErase: UInt32 { 2_500_000 }
        static var chipErase: UInt32 { 250_000_000 }
        static var statusWrite: UInt32 { 20_000 }
        static var writeEnable: UInt32 { 1_000 }
        static var powerUp: UInt32 { 30 }
        static var reset: UInt32 { 100 }
    }

    private static var quadRead: Transfer { Transfer(0x6B).address(.one).dummy(8).data(.four) }

    private static func isReady(within microseconds: UInt32) -> Bool {
        QuadSPI.poll(0x05, Status.busy, 0, microseconds: microseconds)
    }

    /// Sets the write enable latch and looks whether it is set.
    private static func enableWriting() -> Bool {
        QuadSPI.command(0x06)
            && QuadSPI.poll(
                0x05, Status.busy | Status.writeEnabled, Status.writeEnabled, microseconds: Limit.writeEnable)
    }

    // MARK: Recovery

    /// Brings the chip out of whatever mode it was left in: continuous read, QPI, power-down, suspended, busy.
    static func recover() -> Bool {
        // QPI: on four lines two clocks are the exit; in any other mode they are no instruction.
        guard QuadSPI.command(0xFF, lines: .four),
            // Continuous quad read takes 8 clocks as address and mode: IO0 high in the mode bits ends it.
            QuadSPI.command(0xFF),
            // Continuous dual read takes 16.
            QuadSPI.write(0xFF, 0xFF),
            // Release from power-down.
            QuadSPI.command(0xAB)
        else { return false }
        Countdown.pause(microseconds: Limit.powerUp)
        letRunningOperationEnd()
        // A chip that is still in QPI hears this on four lines only.
        guard QuadSPI.command(0x66, lines: .four), QuadSPI.command(0x99, lines: .four),
            QuadSPI.command(0x66), QuadSPI.command(0x99)
        else { return false }
        Countdown.pause(microseconds: Limit.reset)
        return true
    }

    /// The reset that follows would leave a half-erased sector: a suspended or running operation gets its time.
    ///
    /// A chip erase does not: whoever started it is gone, and what it erases is lost either way.
    private static func letRunningOperationEnd() {
        guard let status = QuadSPI.read(0x05, count: 1), let second = QuadSPI.read(0x35, count: 1),
            // All ones is no chip.
            status != 0xFF
        else { return }
        if second & Status.suspended != 0 { _ = QuadSPI.command(0x7A) }
        if status & Status.busy != 0 || second & Status.suspended != 0 {
            _ = isReady(within: Limit.blockErase)
        }
    }

    // MARK: Identity

    /// Any W25Q128 with three or four lines of I/O: manufacturer EFh, 2^18h bytes.
    static func isPresent() -> Bool {
        guard isReady(within: Limit.statusWrite), let first = QuadSPI.read(0x9F, count: 3),
            let second = QuadSPI.read(0x9F, count: 3)
        else { return false }
        return first == second && first & 0xFF == 0xEF && first >> 16 == 0x18
    }

    /// Makes IO2 and IO3 data lines.
    ///
    /// Only until the next reset or power cycle if the chip can, so that the board's own setting stays as it is.
    static func enableQuad() -> Bool {
        guard let before = QuadSPI.read(0x35, count: 1) else { return false }
        if before & Status.quadEnabled != 0 { return true }
        let wanted = UInt8(truncatingIfNeeded: before | Status.quadEnabled)
        guard QuadSPI.command(0x50), QuadSPI.write(0x31, wanted), isReady(within: Limit.statusWrite),
            let volatile = QuadSPI.read(0x35, count: 1)
        else { return false }
        if volatile & Status.quadEnabled != 0 { return true }
        guard enableWriting(), QuadSPI.write(0x31, wanted), isReady(within: Limit.statusWrite),
            let after = QuadSPI.read(0x35, count: 1)
        else { return false }
        return after & Status.quadEnabled != 0
    }

    /// EBh Fast Read Quad I/O: mode byte FFh (no continuous read), then four dummy clocks.
    static func map() -> Bool {
        // Leaves AR at a multiple of four; otherwise the first mapped read may be wrong.
        guard QuadSPI.read(quadRead, at: 0, 4, { _, _ in true }) else { return false }
        QuadSPI.map(Transfer(0xEB).address(.four).mode(.four).dummy(4).data(.four), modeByte: 0xFF)
        return true
    }

    // MARK: Contents

    /// Reads indirectly, so any address is safe.
    @inline(__always)
    static func read(_ address: UInt32, _ count: UInt32, _ take: (UInt32, UInt32) -> Bool) -> Bool {
        QuadSPI.read(quadRead, at: address, count, take)
    }

    /// Programs part of one page and compares.
    ///
    /// `count` is 1 to 256, not across the end of a page.
    static func program(_ address: UInt32, _ bytes: UnsafePointer<UInt8>, _ count: UInt32) -> Bool {
        guard enableWriting(),
            unsafe QuadSPI.program(Transfer(0x32).address(.one).data(.four), at: address, bytes, count),
            isReady(within: Limit.pageProgram)
        else { return false }
        return unsafe holds(bytes, at: address, count)
    }

    /// Whether the flash's bytes are those in RAM.
    static func holds(_ bytes: UnsafePointer<UInt8>, at address: UInt32, _ count: UInt32) -> Bool {
        var next = unsafe UnsafeRawPointer(bytes)
        return read(address, count) { value, size in
            let expected =
                size == 4
                ? unsafe next.loadUnaligned(as: UInt32.self) : UInt32(unsafe next.load(as: UInt8.self))
            unsafe next += Int(size)
            return value == expected
        }
    }

    enum Unit {
        case sector
        case halfBlock
        case block

        var size: UInt32 {
            switch self {
            case .sector: 0x1000
            case .halfBlock: 0x8000
            case .block: 0x1_0000
            }
        }
        fileprivate var code: UInt8 {
            switch self {
            case .sector: 0x20
            case .halfBlock: 0x52
            case .block: 0xD8
            }
        }
        fileprivate var limit: UInt32 {
            switch self {
            case .sector: Limit.sectorErase
            case .halfBlock: Limit.halfBlockErase
            case .block: Limit.blockErase
            }
        }
    }

    /// Erases one unit and looks whether it is blank: a protected one ignores the command without a sign.
    static func erase(_ unit: Unit, at address: UInt32) -> Bool {
        enableWriting() && QuadSPI.command(Transfer(unit.code).address(.one), at: address)
            && isReady(within: unit.limit) && isBlank(address, unit.size)
    }

    static func eraseChip() -> Bool {
        enableWriting() && QuadSPI.command(0xC7) && isReady(within: Limit.chipErase) && isBlank(0, size)
    }

    private static func isBlank(_ address: UInt32, _ count: UInt32) -> Bool {
        read(address, count) { value, size in value == (size == 4 ? 0xFFFF_FFFF : 0xFF) }
    }
}
