// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// What the wire does in time.
extension QuadSPI {
    /// Catches up with `now`.
    func advance(to now: Picoseconds) {
        switch operation {
        case .idle, .hung: break
        case .receiving, .streaming: advanceReceiving(to: now)
        case .sending: advanceSending(to: now)
        case .polling: advancePolling(to: now)
        }
    }

    /// The wire stops while the FIFO is full, and ends with the last byte.
    private func advanceReceiving(to now: Picoseconds) {
        let room = min(UInt64(Self.fifoSize - fifo.count), remaining)
        if room > 0, now >= wireTime &+ byteTime {
            let count = min(room, (now &- wireTime) / byteTime)
            for _ in 0..<count {
                wireTime &+= byteTime
                fifo.push(receiveByte())
            }
            remaining &-= count
        }
        if operation == .streaming {
            releaseAfterTimeout(now)
        } else if remaining == 0 {
            finish()
        }
    }
    private func advanceSending(to now: Picoseconds) {
        if !fifo.isEmpty, now >= wireTime &+ byteTime {
            let count = min(UInt64(fifo.count), (now &- wireTime) / byteTime)
            for _ in 0..<count {
                wireTime &+= byteTime
                sendByte(fifo.pop())
            }
            remaining &-= count
        }
        if remaining == 0, now >= wireTime { finish() }
    }
    private func finish() {
        endCommand()
        operation = .idle
        flags |= 2
    }

    /// TCEN: chip select rises when nobody has read for LPTR clocks after the FIFO filled up.
    private func releaseAfterTimeout(_ now: Picoseconds) {
        guard control & 8 != 0, fifo.isFull else { return }
        let moment = wireTime &+ Picoseconds(lowPowerTimeout) &* bitTime
        guard now >= moment else { return }
        wireTime = moment
        endStream()
        flags |= 0x10
    }
    func endStream() {
        endCommand()
        operation = .idle
        fifo.clear()
    }

    // MARK: Starting

    /// A register that can start a command was written.
    func startIfComplete(byAddress: Bool, at now: Picoseconds) {
        guard isEnabled, functionalMode != 3 else { return }
        // The lines that would be used: a command with nothing to send is none.
        let hasInstruction = communication >> 8 & 3 != 0
        guard byAddress ? hasAddress : !hasAddress && (hasInstruction || hasData) else { return }
        guard !hasAddress || transferLength != nil else { return flags |= 1 }
        isArmed = functionalMode == 0 && hasData
        if !isArmed { start(at: now) }
    }

    func start(at now: Picoseconds) {
        fifo.clear()
        (hasPollData, hasRunIndirect, isArmed) = (false, true, false)
        guard let count = transferLength else { return flags |= 1 }
        guard prepareTiming() else { return operation = .hung }
        remaining = count
        acceptable = functionalMode == 0 ? count : 0
        if functionalMode == 2 { return beginPolling(at: now) }
        beginCommand(address: address, at: now)
        switch (functionalMode, hasData) {
        // Without data the command ends with its header.
        case (0, _): operation = .sending
        case (1, true): operation = .receiving
        // An indirect read without a data phase never ends.
        default: operation = .hung
        }
    }

    /// Bytes of the data phase; nil if the command would leave the space DCR.FSIZE describes (SR.TEF).
    private var transferLength: UInt64? {
        let size = spaceSize * (isDualFlash ? 2 : 1)
        let start = hasAddress ? UInt64(address) : 0
        if hasAddress, start >= size { return nil }
        guard hasData else { return 0 }
        if length == .max { return size - start }
        let count = UInt64(length) + 1
        if isDualFlash, count & 1 != 0 { return nil }
        return hasAddress && start + count > size ? nil : count
    }

    // MARK: Automatic status polling

    private func beginPolling(at now: Picoseconds) {
        operation = .polling
        pollStart = max(now, selectFreeAt)
        pollLength = Picoseconds(headerClocks) &* bitTime &+ pollBytes &* byteTime
    }
    private var pollBytes: UInt64 { hasData ? min(UInt64(length) &+ 1, 4) : 0 }
    private var pollPeriod: Picoseconds {
        pollLength &+ (Picoseconds(device >> 8 & 7) + 1 + Picoseconds(pollInterval)) &* bitTime
    }

    private func advancePolling(to now: Picoseconds) {
        while operation == .polling, pollStart &+ pollLength <= now {
            poll()
            guard operation == .polling else { return }
            pollStart &+= pollPeriod
            // Polls before the flash can answer differently change nothing.
            let limit = min(bus.nextChange ?? .max, now)
            let next = pollStart &+ pollLength
            if limit > next { pollStart &+= (limit &- next) / pollPeriod &* pollPeriod }
        }
    }
    private func poll() {
        beginCommand(address: address, at: pollStart)
        var data: UInt32 = 0
        for index in 0..<UInt32(truncatingIfNeeded: pollBytes) {
            wireTime &+= byteTime
            data |= UInt32(receiveByte()) << (8 * index)
        }
        endCommand()
        (pollData, hasPollData) = (data, true)
        guard isPollMatch else { return }
        flags |= 8
        if control >> 22 & 1 != 0 { operation = .idle }
    }
    /// PMM 0: all bits of the mask match, 1: any of them.
    private var isPollMatch: Bool {
        let difference = (pollData ^ pollMatch) & pollMask
        return control >> 23 & 1 == 0 ? difference == 0 : difference != pollMask
    }
    /// When the poll ends that can first change SR.
    private var nextPollResult: Picoseconds {
        let end = pollStart &+ pollLength
        guard hasPollData else { return end }
        // Each further match sets a flag that was cleared.
        if isPollMatch, flags & 8 == 0 { return end }
        guard let change = bus.nextChange else { return .max }
        guard change > end else { return end }
        return end &+ ((change &- end) / pollPeriod &+ 1) &* pollPeriod
    }

    // MARK: Stopping

    /// CR.ABORT, or CR.EN falling: chip select rises where it is.
    func abort(at now: Picoseconds) {
        advance(to: now)
        let wasBusy = isBusy
        if operation != .idle, operation != .polling {
            // In the middle of the header or of a byte?
            let isPartial = now < wireTime || operation == .sending && !fifo.isEmpty && now > wireTime
            wireTime = now
            if isPartial { bus.cancel(at: now) }
            endCommand()
        }
        (operation, remaining, acceptable, isArmed) = (.idle, 0, 0, false)
        hasPollData = false
        fifo.clear()
        if wasBusy { flags |= 2 }
    }

    // MARK: Looking at it

    /// SR bits 0...4.
    var flagsNow: UInt32 { flags | (hasReachedThreshold ? 4 : 0) }
    private var hasReachedThreshold: Bool {
        switch operation {
        case .receiving: fifo.count >= threshold
        case .sending: Self.fifoSize - fifo.count >= threshold
        case .polling: hasPollData
        case .streaming, .hung: false
        case .idle:
            // What is left of a read that has ended, or room for a write that has not begun.
            !fifo.isEmpty || hasPollData || isEnabled && functionalMode == 0
        }
    }
    var statusNow: UInt32 { flagsNow | (isBusy ? 0x20 : 0) | UInt32(fifo.count) << 8 }

    /// When SR can next change by itself.
    var nextChange: Picoseconds {
        switch operation {
        case .idle, .hung: return .max
        case .receiving: return fifo.isFull ? .max : wireTime &+ byteTime
        case .sending: return remaining == 0 ? wireTime : fifo.isEmpty ? .max : wireTime &+ byteTime
        case .polling: return nextPollResult
        case .streaming:
            guard !fifo.isFull else {
                return control & 8 != 0 ? wireTime &+ Picoseconds(lowPowerTimeout) &* bitTime : .max
            }
            return wireTime &+ byteTime
        }
    }
}
