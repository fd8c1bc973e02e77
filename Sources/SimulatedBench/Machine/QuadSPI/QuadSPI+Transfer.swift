// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What the wire does in time.
extension QuadSPI {
    /// Catches up with `now`.
    func advance(to now: Picoseconds) {
        switch operation {
        case .idle, .hung: break
        case .receiving:
            advanceReceiving(to: now)
            if remaining == 0 { finish() }
        case .streaming:
            advanceReceiving(to: now)
            releaseAfterTimeout(now)
        case .sending: advanceSending(to: now)
        case .polling: advancePolling(to: now)
        }
    }

    /// The wire stops while the FIFO is full, and ends with the last byte.
    private func advanceReceiving(to now: Picoseconds) {
        guard !isStalled, now >= wireTime &+ command.unitTime else { return }
        let unit = UInt64(command.bytesAtOnce)
        let room = min(UInt64(fifo.room), remaining) / unit
        guard room > 0 else { return }
        let count = unit &* min(room, (now &- wireTime) / command.unitTime)
        wires.receive(count, command, into: &fifo, &wireTime)
        remaining &-= count
        if operation == .receiving, fifo.room < command.bytesAtOnce { isHeldBack = true }
    }
    private func advanceSending(to now: Picoseconds) {
        let unit = UInt64(command.bytesAtOnce)
        if UInt64(fifo.count) >= unit, now >= wireTime &+ command.unitTime {
            let count = unit &* min(UInt64(fifo.count) / unit, (now &- wireTime) / command.unitTime)
            wires.send(count, command, from: &fifo, &wireTime)
            remaining &-= count
        }
        if remaining == 0, now >= wireTime { finish() }
    }
    private func finish() {
        endCommand()
        operation = .idle
        registers.flags |= 2
    }

    // MARK: Starting

    /// A register that can start a command was written.
    func startIfComplete(byAddress: Bool, at now: Picoseconds) {
        guard registers.isEnabled, registers.mode != .mapped else { return }
        // A command with nothing to send is none.
        let isCommand = registers.hasInstruction || registers.hasAlternate || registers.hasData
        guard byAddress ? registers.hasAddress : !registers.hasAddress && isCommand else { return }
        guard !registers.hasAddress || registers.transferLength != nil else { return registers.flags |= 1 }
        isArmed = registers.mode == .indirectWrite && registers.hasData
        if !isArmed { start(at: now) }
    }

    func start(at now: Picoseconds) {
        fifo.clear()
        isHeldBack = false
        (polling.hasData, mapped.hasRunIndirect, isArmed) = (false, true, false)
        guard let count = registers.transferLength else { return registers.flags |= 1 }
        guard prepareCommand() else { return operation = .hung }
        remaining = count
        acceptable = registers.mode == .indirectWrite ? count : 0
        if registers.mode == .polling {
            polling.begin(command, registers, at: max(now, selectFreeAt))
            return operation = .polling
        }
        beginCommand(address: registers.startAddress, at: now)
        switch (registers.mode, registers.hasData) {
        // Without data the command ends with its header.
        case (.indirectWrite, _): operation = .sending
        case (.indirectRead, true): operation = .receiving
        // An indirect read without a data phase never ends.
        default: operation = .hung
        }
    }

    // MARK: Automatic status polling

    private func advancePolling(to now: Picoseconds) {
        while operation == .polling, polling.end <= now {
            poll()
            guard operation == .polling else { return }
            polling.skip(until: min(wires.nextChange ?? .max, now))
        }
    }
    private func poll() {
        beginCommand(address: registers.startAddress, at: polling.start)
        wires.receive(polling.byteCount, command, into: &fifo, &wireTime)
        var data: UInt32 = 0
        for index in 0..<UInt32(truncatingIfNeeded: polling.byteCount) {
            data |= UInt32(fifo.pop()) << (8 * index)
        }
        endCommand()
        polling.note(data)
        // SIOO: the commands after the first one are shorter.
        if registers.sendsInstructionOnce, prepareCommand() { polling.measure(command, registers) }
        guard polling.isMatch(registers) else { return }
        registers.flags |= 8
        if registers.stopsAtMatch { operation = .idle }
    }

    // MARK: Stopping

    /// CR.ABORT, or CR.EN falling: chip select rises where it is.
    func abort(at now: Picoseconds) {
        advance(to: now)
        let wasBusy = isBusy
        if operation != .idle, operation != .polling {
            // In the middle of the header or of a byte?
            let isSending = operation == .sending && fifo.count >= command.bytesAtOnce
            let isPartial = now < wireTime || isSending && now > wireTime
            wireTime = now
            if isPartial { wires.cancel(at: now) }
            endCommand()
        }
        (operation, remaining, acceptable, isArmed, isHeldBack) = (.idle, 0, 0, false, false)
        polling.hasData = false
        fifo.clear()
        if wasBusy { registers.flags |= 2 }
    }

    // MARK: Looking at it

    /// SR bits 0...4.
    var flagsNow: UInt32 { registers.flags | (hasReachedThreshold ? 4 : 0) }
    private var hasReachedThreshold: Bool {
        switch operation {
        case .receiving: fifo.count >= registers.threshold
        case .sending: fifo.room >= registers.threshold
        case .polling: polling.hasData && polling.isUnread
        case .streaming, .hung: false
        case .idle:
            // What is left of a read that has ended, or room for a write that has not begun.
            !fifo.isEmpty || polling.hasData && polling.isUnread
                || registers.isEnabled && registers.mode == .indirectWrite
        }
    }
    /// FLEVEL is 0 in memory-mapped mode.
    var statusNow: UInt32 {
        let level = operation == .streaming ? 0 : UInt32(fifo.count)
        return flagsNow | (isBusy ? 0x20 : 0) | level << 8
    }

    /// When SR can next change by itself.
    var nextChange: Picoseconds {
        switch operation {
        case .idle, .hung: return .max
        case .receiving: return isStalled ? .max : wireTime &+ command.unitTime
        case .sending:
            if remaining == 0 { return wireTime }
            return fifo.count < command.bytesAtOnce ? .max : wireTime &+ command.unitTime
        case .polling: return polling.nextResult(registers, change: wires.nextChange)
        case .streaming:
            guard isStalled else { return wireTime &+ command.unitTime }
            return registers.hasTimeout ? timeoutMoment : .max
        }
    }
}
