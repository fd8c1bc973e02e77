// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

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
            word = register(offset & 0x3FC)
        }
        return word >> ((offset & 3) &* 8) & access.width.mask
    }
    private func register(_ offset: UInt32) -> UInt32 {
        switch offset {
        case 0x00: control
        case 0x04: device
        case 0x10: length
        case 0x14: communication
        case 0x18: address
        case 0x1C: alternate
        case 0x24: pollMask
        case 0x28: pollMatch
        case 0x2C: pollInterval
        case 0x30: lowPowerTimeout
        default: 0
        }
    }

    func writeRegister(_ offset: UInt32, _ value: UInt32, _ access: Access) {
        advance(to: access.now)
        defer { updateInterrupt() }
        if offset & 0x3FC == 0x20 { return writeData(value, access) }
        let shift = (offset & 3) &* 8
        let lanes = access.width.mask << shift
        let register = offset & 0x3FC
        let merged = merge(self.register(register), value << shift, lanes: lanes)
        if register == 0x0C { return flags &= ~(value << shift & 0x1B) }
        if register == 0x00 { return writeControl(merged, at: access.now) }
        // Everything else is locked while a command runs; such a write is lost without a trace.
        guard !isBusy else { return }
        switch register {
        case 0x04: device = merged & 0x1F_0701
        case 0x10: length = merged
        case 0x14: writeCommunication(merged, at: access.now)
        case 0x18 where functionalMode != 3:
            address = merged
            startIfComplete(byAddress: true, at: access.now)
        case 0x1C: alternate = merged
        case 0x24: pollMask = merged
        case 0x28: pollMatch = merged
        case 0x2C: pollInterval = merged & 0xFFFF
        case 0x30: lowPowerTimeout = merged & 0xFFFF
        default: break
        }
    }

    private func writeControl(_ value: UInt32, at now: Picoseconds) {
        if value & 2 != 0 || isEnabled && value & 1 == 0 { abort(at: now) }
        // PRESCALER, PMM, APMS, FSEL, DFM, SSHIFT and TCEN cannot move under a running command.
        let locked: UInt32 = isBusy ? 0xFFC0_00D8 : 0
        control = control & locked | value & 0xFFDF_1FDD & ~locked
    }
    private func writeCommunication(_ value: UInt32, at now: Picoseconds) {
        let wasMapped = functionalMode == 3
        communication = value
        hasSentInstruction = false
        if functionalMode == 3 {
            if !wasMapped { skewsNextMappedRead = hasRunIndirect && address & 3 != 0 }
        } else {
            isArmed = isEnabled && functionalMode == 0 && hasData
            startIfComplete(byAddress: false, at: now)
        }
    }

    // MARK: DR

    /// As many bytes as the access is wide; waits for them while a read runs.
    private func readData(_ access: Access) -> UInt32 {
        advance(to: access.now)
        defer { updateInterrupt() }
        if operation == .polling || hasPollData && fifo.isEmpty {
            hasPollData = operation == .polling && hasPollData
            return pollData & access.width.mask
        }
        let wanted = Int(access.width.rawValue)
        if operation == .receiving, fifo.count < wanted, remaining > 0 {
            let missing = min(UInt64(wanted - fifo.count), remaining)
            let moment = wireTime &+ missing &* byteTime
            context.wait(until: moment)
            advance(to: moment)
        }
        var value: UInt32 = 0
        let wasFull = fifo.isFull
        for index in 0..<UInt32(wanted) where !fifo.isEmpty { value |= UInt32(fifo.pop()) << (8 * index) }
        // The wire stood still while the FIFO was full.
        if wasFull { wireTime = max(wireTime, access.now) }
        return value
    }

    /// The first byte of an indirect write starts it; a full FIFO makes the writer wait.
    private func writeData(_ value: UInt32, _ access: Access) {
        if operation == .idle, isEnabled, isArmed { start(at: access.now) }
        guard operation == .sending else { return }
        var now = access.now
        for index in 0..<access.width.rawValue where acceptable > 0 {
            if fifo.isFull {
                now = max(now, wireTime &+ byteTime)
                context.wait(until: now)
                advance(to: now)
            }
            if fifo.isEmpty { wireTime = max(wireTime, now) }
            fifo.push(UInt8(truncatingIfNeeded: value >> (8 * index)))
            acceptable &-= 1
        }
    }
}
