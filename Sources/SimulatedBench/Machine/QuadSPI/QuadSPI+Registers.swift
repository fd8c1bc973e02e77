// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// What the bus reads and writes.
extension QuadSPI {
    func readRegister(_ offset: UInt32, _ access: Access) -> UInt32 {
        let word: UInt32
        switch offset & 0x3FC {
        case 0x20:
            context.stableUntil = 0
            return readData(access)
        case 0x08:
            advance(to: access.now)
            updateInterrupt()
            context.stableUntil = nextChange
            word = statusNow
        default:
            context.stableUntil = .max
            word = registers[offset & 0x3FC]
        }
        return word >> ((offset & 3) &* 8) & access.width.mask
    }

    func writeRegister(_ offset: UInt32, _ value: UInt32, _ access: Access) {
        advance(to: access.now)
        defer {
            if access.master != .dma { masterDMA?.serve(at: access.now) }
            updateInterrupt()
        }
        if offset & 0x3FC == 0x20 { return writeData(value, access) }
        let shift = (offset & 3) &* 8
        let lanes = access.width.mask << shift
        let register = offset & 0x3FC
        let merged = merge(registers[register], value << shift, lanes: lanes)
        if register == 0x0C { return registers.flags &= ~(value << shift & 0x1B) }
        if register == 0x00 { return writeControl(merged, at: access.now) }
        // Everything else is locked while a command runs; such a write is lost without a trace.
        guard !isBusy else { return }
        switch register {
        case 0x14: writeCommunication(merged, at: access.now)
        case 0x18 where registers.mode != .mapped:
            registers.address = merged
            startIfComplete(byAddress: true, at: access.now)
        default: registers.set(register, merged)
        }
    }

    private func writeControl(_ value: UInt32, at now: Picoseconds) {
        if value & 2 != 0 || registers.isEnabled && value & 1 == 0 { abort(at: now) }
        // PRESCALER, PMM, APMS, FSEL, DFM, SSHIFT and TCEN cannot move under a running command.
        let locked: UInt32 = isBusy ? 0xFFC0_00D8 : 0
        // FTHRES has five bits in the manual. The silicon keeps four: bit 12 reads 0 whatever is written (confirmed by ST
        // for F4 and F7, measured on an H750), so that a loader's threshold of 32 is one of 16.
        registers.control = registers.control & locked | value & 0xFFDF_0FDD & ~locked
    }
    private func writeCommunication(_ value: UInt32, at now: Picoseconds) {
        let wasMapped = registers.mode == .mapped
        registers.communication = value
        hasSentInstruction = false
        if registers.mode == .mapped {
            if !wasMapped { mapped.noteEntry(address: registers.startAddress) }
        } else {
            isArmed = registers.isEnabled && registers.mode == .indirectWrite && registers.hasData
            startIfComplete(byAddress: false, at: now)
        }
    }

    // MARK: DR

    /// As many bytes as the access is wide; waits for them while a read runs.
    private func readData(_ access: Access) -> UInt32 {
        advance(to: access.now)
        defer { updateInterrupt() }
        if operation == .polling || polling.hasData && fifo.isEmpty {
            polling.isUnread = false
            polling.hasData = operation == .polling && polling.hasData
            return polling.data & access.width.mask
        }
        let wanted = Int(access.width.rawValue)
        if operation == .receiving, fifo.count < wanted, remaining > 0 {
            let missing = min(UInt64(wanted - fifo.count), remaining)
            let moment = wireTime &+ command.time(forBytes: missing)
            context.wait(until: moment)
            advance(to: moment)
        }
        var value: UInt32 = 0
        let wasStalled = isStalled
        for index in 0..<UInt32(wanted) where !fifo.isEmpty { value |= UInt32(fifo.pop()) << (8 * index) }
        // The wire stood still while the FIFO was full.
        if fifo.room >= 4 { isHeldBack = false }
        if wasStalled, !isStalled { wireTime = max(wireTime, access.now) }
        return value
    }

    /// The first byte of an indirect write starts it; a full FIFO makes the writer wait.
    private func writeData(_ value: UInt32, _ access: Access) {
        if operation == .idle, registers.isEnabled, isArmed { start(at: access.now) }
        guard operation == .sending else { return }
        var now = access.now
        for index in 0..<access.width.rawValue where acceptable > 0 {
            if fifo.isFull {
                now = max(now, wireTime &+ command.unitTime)
                context.wait(until: now)
                advance(to: now)
            }
            // The wire waits while it has nothing to send.
            if fifo.count < command.bytesAtOnce { wireTime = max(wireTime, now) }
            fifo.push(UInt8(truncatingIfNeeded: value >> (8 * index)))
            acceptable &-= 1
        }
    }
}
