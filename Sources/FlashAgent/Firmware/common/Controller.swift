// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The QUADSPI peripheral (RM0399 §24), as the host set it up; commands come as words for QUADSPI_CCR.
struct Controller {
    private static var control: Register { Register(AgentController.base &+ 0x00) }
    private static var device: Register { Register(AgentController.base &+ 0x04) }
    private static var status: Register { Register(AgentController.base &+ 0x08) }
    private static var flagClear: Register { Register(AgentController.base &+ 0x0C) }
    private static var length: Register { Register(AgentController.base &+ 0x10) }
    private static var communication: Register { Register(AgentController.base &+ 0x14) }
    private static var address: Register { Register(AgentController.base &+ 0x18) }
    private static var alternate: Register { Register(AgentController.base &+ 0x1C) }
    private static var data: Register { Register(AgentController.base &+ 0x20) }
    private static var pollMask: Register { Register(AgentController.base &+ 0x24) }
    private static var pollMatch: Register { Register(AgentController.base &+ 0x28) }
    private static var pollInterval: Register { Register(AgentController.base &+ 0x2C) }

    private enum Flag {
        static var error: UInt32 { 1 }
        static var complete: UInt32 { 1 << 1 }
        static var fifo: UInt32 { 1 << 2 }
        static var match: UInt32 { 1 << 3 }
        static var busy: UInt32 { 1 << 5 }
        static var all: UInt32 { 0x1B }
    }

    private let settings: UInt32
    let cyclesPerMicrosecond: UInt32
    /// Microseconds for what takes no more than a few.
    private static var shortWait: UInt32 { 20_000 }

    init(_ settings: UInt32) {
        self.settings = settings
        cyclesPerMicrosecond = Register(settings &+ AgentSettings.cyclesPerMicrosecond).value
    }

    private func setting(_ offset: UInt32) -> UInt32 { Register(settings &+ offset).value }

    static var statusNow: UInt32 { status.value }

    private func wait(
        _ mask: UInt32, _ expected: UInt32, microseconds: UInt32 = Controller.shortWait
    ) -> Bool {
        var time = Countdown(microseconds: microseconds, cyclesPerMicrosecond)
        while Self.status.value & mask != expected {
            // Looked at once more after the time is over: an interrupted core must not make a failure.
            if time.isOver() { return Self.status.value & mask == expected }
        }
        return true
    }

    // MARK: Modes

    /// Ends the memory map or whatever transfer is going on, and leaves the block as the settings say.
    func takeOver() -> Bool {
        guard abort() else { return false }
        Self.control.value = 0
        guard wait(Flag.busy, 0) else { return false }
        Self.device.value = setting(AgentSettings.device)
        return settle()
    }

    private func abort() -> Bool {
        let isMapped = Self.communication.value >> 26 & 3 == 3
        if isMapped || Self.status.value & Flag.busy != 0 {
            Self.control.value |= 2
            var time = Countdown(microseconds: Self.shortWait, cyclesPerMicrosecond)
            while Self.control.value & 2 != 0 { if time.isOver() { return false } }
        }
        guard wait(Flag.busy, 0) else { return false }
        Self.flagClear.value = Flag.all
        return true
    }

    /// Leaves memory-mapped mode.
    func leaveMap() -> Bool { abort() && settle() }

    /// The sequence against the block's internal timing problem, due after reset and after memory-mapped mode (ES0392
    /// §2.7.4): two free-running clocks at the slowest rate, cut off within 127 kernel clocks.
    private func settle() -> Bool {
        Self.control.value = 0
        guard wait(Flag.busy, 0) else { return false }
        Self.control.value = 0xFF00_0001
        Self.communication.value = 1 << 29
        Self.communication.value = 1 << 29
        Self.control.value = 0
        guard wait(Flag.busy, 0) else { return false }
        Self.flagClear.value = Flag.all
        Self.control.value = setting(AgentSettings.control)
        return true
    }

    /// From now on reads of the mapped window are flash reads.
    func map() -> Bool {
        // Leaves AR at a multiple of four; otherwise the first mapped read may be wrong (ES0392).
        guard read(0, 4, { _ in }) else { return false }
        Self.alternate.value = setting(AgentSettings.alternate)
        Self.communication.value = setting(AgentSettings.map)
        return true
    }

    // MARK: Commands

    /// An instruction without address or data.
    func execute(_ command: UInt32) -> Bool {
        Self.communication.value = command
        return finish()
    }

    /// An instruction with an address, and no data.
    func execute(_ command: UInt32, at target: UInt32) -> Bool {
        Self.communication.value = command
        Self.address.value = target
        return finish()
    }

    /// Whether two flashes work as one memory: registers come from both, a byte from each.
    var drivesPair: Bool { setting(AgentSettings.registerLength) != 0 }

    /// Lets the peripheral read a register until (value & mask) == match.
    ///
    /// - Returns: false when it did not come to that in time; the peripheral is idle all the same.
    func poll(_ command: UInt32, _ mask: UInt32, _ match: UInt32, microseconds: UInt32) -> Bool {
        Self.pollMask.value = mask
        Self.pollMatch.value = match
        Self.pollInterval.value = 16
        Self.length.value = setting(AgentSettings.registerLength)
        Self.communication.value = command | 2 << 26
        let matched = wait(Flag.match, Flag.match, microseconds: microseconds)
        if !matched { return abort() && false }
        Self.flagClear.value = Flag.all
        return wait(Flag.busy, 0)
    }

    /// A register of one byte, of a second flash in bits 15:8; nil when the controller is stuck.
    func readRegister(_ command: UInt32) -> UInt32? {
        beginReading(command, count: setting(AgentSettings.registerLength) &+ 1)
        guard hasAll() else { return nil }
        var value = nextByte()
        if drivesPair { value |= nextByte() << 8 }
        return finish() ? value : nil
    }

    /// Sends `count` bytes of `value`, the lowest first: behind an instruction alone, or behind an address.
    func write(_ command: UInt32, at target: UInt32? = nil, _ value: UInt32, _ count: UInt32) -> Bool {
        Self.length.value = count &- 1
        Self.communication.value = command
        if let target { Self.address.value = target }
        var (left, rest) = (count, value)
        while left > 0 {
            Self.data.byte = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
            left &-= 1
        }
        return finish()
    }

    /// Sends `count` bytes behind an address.
    func program(_ command: UInt32, at target: UInt32, _ bytes: UnsafeRawPointer, _ count: UInt32) -> Bool {
        Self.length.value = count &- 1
        Self.communication.value = command
        Self.address.value = target
        var next = unsafe bytes
        var left = count
        while left >= Self.piece {
            guard hasRoom() else { return false }
            unsafe send(next, 0)
            unsafe send(next, 4)
            unsafe send(next, 8)
            unsafe send(next, 12)
            unsafe next += Int(Self.piece)
            left &-= Self.piece
        }
        while left >= 4 {
            guard hasRoom() else { return false }
            unsafe send(next, 0)
            unsafe next += 4
            left &-= 4
        }
        if left > 0 {
            guard hasRoom() else { return false }
            while left > 0 {
                Self.data.byte = unsafe next.load(as: UInt8.self)
                unsafe next += 1
                left &-= 1
            }
        }
        return finish()
    }

    @inline(__always) private func send(_ bytes: UnsafeRawPointer, _ offset: Int) {
        Self.data.value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    @inline(__always) private func hasRoom() -> Bool {
        Self.status.value & Flag.fifo != 0 || wait(Flag.fifo, Flag.fifo)
    }

    /// Begins to read `count` bytes that no address stands before.
    func beginReading(_ command: UInt32, count: UInt32) {
        Self.length.value = count &- 1
        Self.communication.value = command | 1 << 26
    }
    /// Begins to read `count` bytes of the array.
    func beginReading(_ target: UInt32, _ count: UInt32) {
        Self.length.value = count &- 1
        Self.alternate.value = setting(AgentSettings.alternate)
        Self.communication.value = setting(AgentSettings.read)
        Self.address.value = target
    }
    /// Bytes that the FIFO takes or gives at a time: half of it, so that the flash goes on meanwhile.
    static var piece: UInt32 { AgentSettings.fifoPiece }
    /// Whether the next ``piece`` of a read is there; false when it does not come.
    @inline(__always) func hasPiece() -> Bool { hasRoom() }
    @inline(__always) func nextWord() -> UInt32 { Self.data.value }
    @inline(__always) func nextByte() -> UInt32 { UInt32(Self.data.byte) }
    /// Waits until all bytes of a read are in the FIFO.
    func hasAll() -> Bool { wait(Flag.complete, Flag.complete) }
    func endReading() -> Bool { finish() }
    func giveUpReading() { _ = abort() }

    /// Reads a few bytes, as words.
    private func read(_ target: UInt32, _ count: UInt32, _ take: (UInt32) -> Void) -> Bool {
        beginReading(target, count)
        guard hasAll() else { return false }
        var left = count
        while left >= 4 {
            take(nextWord())
            left &-= 4
        }
        return endReading()
    }

    /// Waits for the end of an indirect transfer.
    private func finish() -> Bool {
        guard wait(Flag.complete, Flag.complete) else { return false }
        let failed = Self.status.value & Flag.error != 0
        Self.flagClear.value = Flag.all
        return wait(Flag.busy, 0) && !failed
    }
}
