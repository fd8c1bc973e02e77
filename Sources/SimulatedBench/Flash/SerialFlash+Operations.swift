// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Operations that take time.
extension SerialFlash {
    /// Finishes what has ended by now.
    func settle() {
        guard let current = operation, !isStuckBusy, current.nextChange <= now else { return }
        if let moment = current.suspendsAt, moment < current.end {
            var rest = current
            rest.suspendsAt = nil
            (rest.start, rest.end) = (0, current.end - moment)
            (suspended, operation) = (rest, nil)
        } else {
            complete(current)
        }
    }

    /// Lets what runs go on to its end.
    func finish() {
        if let operation, !isStuckBusy { complete(operation) }
    }

    private func complete(_ finished: FlashOperation) {
        operation = nil
        isWriteEnabled = false
        switch finished.kind {
        case .program(let page, let bytes):
            for (offset, byte) in bytes.enumerated() {
                if let byte { array.program(byte, at: page + offset) }
            }
        case .erase, .eraseChip: array.erase(finished.range)
        case .writeStatus(let values):
            nonVolatileStatus = values
            protection.status = values
        case .programSecurity(let register, let bytes):
            for (offset, byte) in bytes.enumerated() {
                if let byte { security[register << 8 | offset] &= byte }
            }
        case .eraseSecurity(let register):
            for offset in 0..<256 { security[register << 8 | offset] = 0xFF }
        }
    }

    func start(_ kind: FlashOperation.Kind, on range: Range<Int>, for duration: Picoseconds) {
        operation = FlashOperation(kind: kind, range: range, start: now, end: now &+ duration)
    }

    // MARK: Program and erase

    func startProgram() {
        guard isWriteEnabled, inputCount > 0 else { return }
        let page = address & (array.count - 1) & ~0xFF
        if let suspended {
            // Programming is possible while an erase elsewhere is suspended, not while a program is.
            guard suspended.isErase, !suspended.range.contains(page) else { return }
        }
        guard !protection.forbidsChange(of: page..<page + 256) else {
            isWriteEnabled = false
            return
        }
        start(.program(page: page, bytes: pageBytes), on: page..<page + 256, for: programDuration)
    }
    func startSecurityProgram() {
        // Possible while an erase is suspended, like any other program.
        guard isWriteEnabled, inputCount > 0, suspended?.isErase != false, let register = securityRegister
        else { return }
        start(.programSecurity(register: register, bytes: pageBytes), on: 0..<0, for: programDuration)
    }
    func startSecurityErase() {
        guard isWriteEnabled, suspended == nil, let register = securityRegister else { return }
        start(.eraseSecurity(register: register), on: 0..<0, for: timer.draw(part.timing.sectorErase))
    }
    /// The addressed security register (A23-16 and A11-8 zero), if its lock bit is not set.
    ///
    /// A wrong address or a locked one ends the write enable.
    private var securityRegister: Int? {
        let number = address >> 12
        guard address & 0xF00 == 0, (1...3).contains(number),
            nonVolatileStatus[1] >> UInt8(number + 2) & 1 == 0
        else {
            isWriteEnabled = false
            return nil
        }
        return number - 1
    }

    func startErase(_ size: Int) {
        guard isWriteEnabled, suspended == nil else { return }
        let base = address & (array.count - 1) & ~(size - 1)
        guard !protection.forbidsChange(of: base..<base + size) else {
            isWriteEnabled = false
            return
        }
        let limits =
            switch size {
            case 4 << 10: part.timing.sectorErase
            case 32 << 10: part.timing.halfBlockErase
            default: part.timing.blockErase
            }
        start(.erase, on: base..<base + size, for: timer.draw(limits))
    }
    func startChipErase() {
        guard isWriteEnabled, suspended == nil else { return }
        guard !protection.forbidsAnything else {
            isWriteEnabled = false
            return
        }
        start(.eraseChip, on: 0..<array.count, for: timer.draw(part.timing.chipErase))
    }

    /// What was shifted in, by place in the page: more than 256 bytes wrap and replace the first ones.
    private var pageBytes: [UInt8?] {
        var bytes = [UInt8?](repeating: nil, count: 256)
        for index in max(0, inputCount - 256)..<inputCount {
            bytes[(address + index) & 255] = input[index & 255]
        }
        return bytes
    }
    private var programDuration: Picoseconds {
        let further = Picoseconds(min(inputCount, 256) - 1)
        let bytewise = timer.draw(part.timing.firstByte) + further * timer.draw(part.timing.laterByte)
        return min(bytewise, timer.draw(part.timing.pageProgram))
    }

    // MARK: Status registers

    /// 01h takes SR1, or SR1 and SR2; a single byte leaves SR2 alone.
    func writeStatus(_ index: Int) {
        guard isWriteEnabled || isVolatileWriteEnabled, inputCount > 0, suspended == nil else { return }
        let isVolatile = !isWriteEnabled
        isVolatileWriteEnabled = false
        let hasPinProtection = protection.status[0] & 0x80 != 0 && !isQuadEnabled && writeProtectPinIsLow
        guard protection.status[1] & 1 == 0, !hasPinProtection else {
            isWriteEnabled = false
            return
        }
        var values = isVolatile ? protection.status : nonVolatileStatus
        for offset in 0..<min(inputCount, index == 0 ? 2 : 1) {
            let target = index + offset
            let mask = FlashOperation.statusMasks[target]
            values[target] = values[target] & ~mask | input[offset] & mask
        }
        if part.quadEnable == .fixed { values[1] |= 2 }
        let locked = nonVolatileStatus[1] & FlashOperation.lockMask
        values[1] |= locked
        if isVolatile {
            values[1] = values[1] & ~FlashOperation.lockMask | locked
            protection.status = values
        } else {
            start(.writeStatus(values), on: 0..<0, for: timer.draw(part.timing.statusWrite))
        }
    }

    // MARK: Suspend, resume, reset

    func suspend() {
        guard var current = operation, current.canBeSuspended, suspended == nil, current.suspendsAt == nil
        else {
            return
        }
        current.suspendsAt = now &+ part.timing.suspend
        operation = current
    }
    func resume() {
        guard var rest = suspended, operation == nil else { return }
        suspended = nil
        (rest.start, rest.end) = (now, now &+ rest.end)
        operation = rest
    }

    func reset() {
        abortOperation()
        (suspended, isWriteEnabled, isVolatileWriteEnabled) = (nil, false, false)
        (isQuadInterface, continuousOpcode, wrapLength) = (false, nil, nil)
        // The individual locks, too, come up set after a reset (W25Q128JV datasheet rev F §7.1.14).
        protection = FlashProtection(status: nonVolatileStatus, count: array.count)
        unresponsiveUntil = now &+ part.timing.reset
    }

    /// Gives up what is running or suspended: the cells it was changing hold anything.
    func abortOperation() {
        let victims = [operation, suspended].compactMap { $0 }
        (operation, suspended) = (nil, nil)
        for victim in victims {
            switch victim.kind {
            case .program(let page, let bytes):
                for (offset, byte) in bytes.enumerated() {
                    let noise = UInt8(truncatingIfNeeded: random.next())
                    if let byte { array.program(byte | noise, at: page + offset) }
                }
            case .erase, .eraseChip: array.scramble(victim.range, &random)
            default: break
            }
        }
    }
}
