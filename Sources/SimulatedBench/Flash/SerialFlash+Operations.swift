// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Operations that take time.
extension SerialFlash {
    /// Finishes what has ended by now.
    func settle() {
        guard !isStuckBusy else { return }
        for die in works.indices {
            if let done = works[die].finished(by: now) { complete(done) }
        }
    }
    /// Lets what runs go on to its end.
    func finish() {
        guard !isStuckBusy else { return }
        for die in works.indices {
            if let done = works[die].finishNow() { complete(done) }
        }
    }

    private func complete(_ done: FlashOperation) {
        latches.isWriteEnabled = false
        switch done.kind {
        case .program(let page, let bytes):
            for (offset, byte) in bytes.enumerated() {
                if let byte { array.program(byte, at: page + offset) }
            }
            verify(done, bytes)
            endEntry(done)
        case .erase, .eraseAll:
            array.erase(done.range)
            verify(done, [])
            endEntry(done)
        case .writeRegisters(let changes, let inForce):
            for (index, change) in changes { registers.apply(change, to: index, inForce: inForce) }
            keepRegisters()
        case .programSecurity(let start, let bytes):
            for (offset, byte) in bytes.enumerated() {
                if let byte { security[start + offset] &= byte }
            }
            keepRegisters()
        case .eraseSecurity(let range):
            for place in range { security[place] = 0xFF }
            keepRegisters()
        }
    }
    /// Parts that say so notice cells that did not take what they were told.
    private func verify(_ done: FlashOperation, _ bytes: [UInt8?]) {
        guard part.failures != nil, let worn = array.worn, done.range.contains(worn.address) else { return }
        if case .program(let page, _) = done.kind {
            guard let byte = bytes[worn.address - page], worn.value & ~byte != 0 else { return }
            fail(.program)
        } else if worn.value != 0xFF {
            fail(.erase)
        }
    }

    func start(
        _ kind: FlashOperation.Kind, on range: Range<Int>, for limits: FlashTiming.Limits, die: Int? = nil
    ) {
        start(kind, on: range, taking: timer.draw(limits), die: die)
    }
    private func start(
        _ kind: FlashOperation.Kind, on range: Range<Int>, taking duration: Picoseconds, die: Int? = nil
    ) {
        if part.failures?.clearByNext == true { clearFailures() }
        let operation = FlashOperation(
            kind: kind, range: range, end: now &+ duration, journalPlace: beginEntry(kind, range))
        works[die ?? latches.activeDie].start(operation)
    }

    // MARK: Failures

    /// The instruction cannot be carried out.
    private func refuse(_ cause: FlashFailures.Cause) {
        if part.failures?.keepWriteEnable != true { latches.isWriteEnabled = false }
        fail(cause)
        fail(.protection)
    }
    private func fail(_ cause: FlashFailures.Cause) {
        for failure in part.failures?.bits ?? [] where failure.cause == cause {
            registers.set(failure.flag, to: true)
        }
        if part.failures?.keepWriteEnable == true { latches.isWriteEnabled = true }
    }

    // MARK: Program

    func startProgram() {
        guard latches.isWriteEnabled, selection.inputCount > 0 else { return }
        let start = address & (part.count - 1) & ~(page - 1)
        let range = start..<start + page
        if let suspended {
            // Programming is possible while an erase elsewhere is suspended, not while a program is.
            guard suspended.isErase, !suspended.range.contains(start) else { return }
        }
        guard !protection.forbidsChange(of: range, registers.values) else { return refuse(.program) }
        activateDie(of: start)
        self.start(.program(page: start, bytes: pageBytes(page)), on: range, taking: programDuration)
    }
    /// What was shifted in, by place in the page: more bytes than it has wrap and replace the first ones.
    private func pageBytes(_ size: Int) -> [UInt8?] {
        var bytes = [UInt8?](repeating: nil, count: size)
        let count = selection.inputCount
        let mask = selection.input.count - 1
        for index in max(0, count - size)..<count {
            bytes[(address + index) & (size - 1)] = selection.input[index & mask]
        }
        return bytes
    }
    private var programDuration: Picoseconds {
        let timing = part.timing
        guard let first = timing.firstByte, let later = timing.laterByte else {
            return timer.draw(timing.pageProgram)
        }
        let further = Picoseconds(min(selection.inputCount, page) - 1)
        let bytewise = timer.draw(first) + further * timer.draw(later)
        return min(bytewise, timer.draw(timing.pageProgram))
    }
    /// Its registers are the ones that are read from now on.
    private func activateDie(of place: Int) {
        if works.count > 1 { latches.activeDie = die(of: place) }
    }

    // MARK: Erase

    func startErase() {
        guard latches.isWriteEnabled, suspended == nil else { return }
        let place = address & (part.count - 1)
        guard let erase = instruction.erases.first(where: { holds($0, at: place) }) else {
            latches.isWriteEnabled = false
            return
        }
        let base = place & ~(erase.unit - 1)
        let range = base..<base + erase.unit
        guard !protection.forbidsChange(of: range, registers.values) else { return refuse(.erase) }
        activateDie(of: base)
        start(.erase, on: range, for: erase.time)
    }
    private func holds(_ erase: FlashErase, at place: Int) -> Bool {
        if let condition = erase.condition, !registers.isSet(condition) { return false }
        return erase.stretch?.contains(place) ?? true
    }
    /// The array, or a die.
    func startErase(of range: Range<Int>, dies: Range<Int>) {
        guard latches.isWriteEnabled, suspended == nil, let time = instruction.time else { return }
        guard !protection.forbidsAnything(of: range, registers.values) else { return refuse(.erase) }
        if dies.count == 1 { activateDie(of: range.lowerBound) }
        for die in dies { start(.eraseAll, on: self.range(ofDie: die), for: time, die: die) }
    }

    // MARK: Areas beside the array

    func startSecurityProgram() {
        // Possible while an erase is suspended, like any other program.
        guard latches.isWriteEnabled, selection.inputCount > 0, suspended?.isErase != false,
            let layout = part.security, let area = writableArea(layout)
        else { return }
        let size = min(layout.size, page)
        let start = area * layout.size + (address - layout.first - area * layout.stride) & ~(size - 1)
        self.start(
            .programSecurity(start: start, bytes: pageBytes(size)), on: 0..<0, taking: programDuration)
    }
    func startSecurityErase() {
        guard latches.isWriteEnabled, suspended == nil, let layout = part.security,
            let time = instruction.time,
            let area = writableArea(layout)
        else { return }
        start(.eraseSecurity(area * layout.size..<(area + 1) * layout.size), on: 0..<0, for: time)
    }
    /// The addressed area, if its lock bit is not set; a wrong address or a locked one ends the write enable.
    private func writableArea(_ layout: FlashSecurityLayout) -> Int? {
        guard let area = layout.area(of: address) else {
            latches.isWriteEnabled = false
            return nil
        }
        if let lock = layout.lock, lock.value(in: registers.kept) >> min(area, lock.width - 1) & 1 != 0 {
            refuse(.program)
            return nil
        }
        return area
    }

    // MARK: Suspend, resume, abort

    func suspend() {
        for die in works.indices { works[die].suspend(at: now &+ part.timing.suspend) }
    }
    func resume(_ die: Int) { works[die].resume(at: now) }

    /// Gives up what is running or suspended: the cells it was changing hold anything.
    func abortOperations() {
        for die in works.indices {
            for victim in works[die].abort() {
                damage(victim)
                endEntry(victim)
            }
        }
    }
}
