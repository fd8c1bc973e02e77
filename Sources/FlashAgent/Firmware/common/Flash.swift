// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The flash as the settings describe it.
///
/// What can fail gives an ``AgentFault``, or ``stopped``.
struct Flash {
    private let ring: UInt32
    private let settings: UInt32
    let controller: Controller

    /// Not a fault: the host asked for an end.
    static var stopped: UInt32 { 0xFFFF_FFFF }
    /// Microseconds for a register to take a command.
    private static var registerLimit: UInt32 { 1_000 }

    init(_ ring: UInt32, _ controller: Controller) {
        (self.ring, self.controller) = (ring, controller)
        settings = ring &+ AgentRing.settings
    }

    @inline(__always) func setting(_ offset: UInt32) -> UInt32 { Register(settings &+ offset).value }
    func note(_ progress: UInt32) { Register(ring &+ AgentRing.progress).value = progress }
    var isStopped: Bool { Register(ring &+ AgentRing.stop).value != 0 }

    func statusForFault(_ fault: UInt32) -> UInt32 {
        guard fault != AgentFault.controllerStuck else { return Controller.statusNow }
        if fault == AgentFault.flashFailed {
            return controller.readRegister(setting(AgentSettings.failure)) ?? 0
        }
        return controller.readRegister(setting(AgentSettings.status)) ?? 0
    }

    // MARK: Changing

    func enableWriting() -> UInt32 {
        guard controller.execute(setting(AgentSettings.writeEnable)) else {
            return AgentFault.controllerStuck
        }
        let isEnabled = controller.poll(
            setting(AgentSettings.enabledStatus), setting(AgentSettings.enabledMask),
            setting(AgentSettings.enabledMatch), microseconds: Self.registerLimit)
        return isEnabled ? AgentFault.none : AgentFault.notWriteEnabled
    }

    func isReady(within microseconds: UInt32) -> Bool {
        controller.poll(
            setting(AgentSettings.status), setting(AgentSettings.busyMask), setting(AgentSettings.readyMatch),
            microseconds: microseconds)
    }

    private func awaitEnd(_ microseconds: UInt32) -> UInt32 {
        guard isReady(within: microseconds) else { return AgentFault.busyTooLong }
        let failure = setting(AgentSettings.failure)
        guard failure != 0 else { return AgentFault.none }
        guard let value = controller.readRegister(failure) else { return AgentFault.controllerStuck }
        return value & setting(AgentSettings.failureMask) == setting(AgentSettings.successMatch)
            ? AgentFault.none : AgentFault.flashFailed
    }

    func program(_ address: UInt32, _ count: UInt32, _ buffer: UInt32, notes: Bool = true) -> UInt32 {
        guard var bytes = unsafe UnsafeRawPointer(bitPattern: UInt(buffer)) else {
            return AgentFault.badCommand
        }
        let page = setting(AgentSettings.page)
        let command = setting(AgentSettings.program)
        let limit = setting(AgentSettings.programLimit)
        var done: UInt32 = 0
        // Short enough to be brought to its end: then nobody has to wonder how far it came.
        while done < count {
            let target = address &+ done
            var part = min(count &- done, page &- target % page)
            var fault = enableWriting()
            guard fault == AgentFault.none else { return fault }
            if controller.drivesPair, target & 1 != 0 || part == 1 {
                // Both flashes get a byte; erased bits leave the other one's as they are.
                part = 1
                let byte = UInt32(unsafe bytes.load(as: UInt8.self))
                let pair = target & 1 == 0 ? byte | 0xFF00 : byte << 8 | 0xFF
                guard controller.write(command, at: target & ~1, pair, 2) else {
                    return AgentFault.controllerStuck
                }
            } else {
                if controller.drivesPair { part &= ~1 }
                guard unsafe controller.program(command, at: target, bytes, part) else {
                    return AgentFault.controllerStuck
                }
            }
            fault = awaitEnd(limit)
            guard fault == AgentFault.none else { return fault }
            done = done &+ part
            unsafe bytes += Int(part)
            if notes { note(done) }
        }
        return AgentFault.none
    }

    /// Pieces here and there; progress counts pieces.
    func programPieces(_ count: UInt32, _ buffer: UInt32) -> UInt32 {
        var (piece, done) = (buffer, 0 as UInt32)
        while done < count {
            if isStopped { return Self.stopped }
            let (address, size) = (Register(piece).value, Register(piece &+ 4).value)
            let fault = program(address, size, piece &+ 8, notes: false)
            guard fault == AgentFault.none else { return fault }
            piece = piece &+ 8 &+ (size &+ 3) & ~3
            done = done &+ 1
            note(done)
        }
        return AgentFault.none
    }

    /// The unit that is erased at `address` when `left` bytes are to be: its place in the settings; nil when none fits.
    private func unit(at address: UInt32, _ left: UInt32) -> UInt32? {
        var index = setting(AgentSettings.eraseCount)
        while index > 0 {
            index &-= 1
            let place = settings &+ AgentSettings.erases &+ index &* AgentSettings.eraseSize
            let size = Register(place).value
            if size > 0, size <= left, address % size == 0 { return place }
        }
        return nil
    }

    func erase(_ address: UInt32, _ count: UInt32) -> UInt32 {
        var done: UInt32 = 0
        while done < count {
            if isStopped { return Self.stopped }
            guard let place = unit(at: address &+ done, count &- done) else { return AgentFault.badCommand }
            var fault = enableWriting()
            guard fault == AgentFault.none else { return fault }
            guard controller.execute(Register(place &+ 4).value, at: address &+ done) else {
                return AgentFault.controllerStuck
            }
            fault = awaitEnd(Register(place &+ 8).value)
            guard fault == AgentFault.none else { return fault }
            done = done &+ Register(place).value
            note(done)
        }
        return AgentFault.none
    }

    func eraseChip() -> UInt32 {
        let command = setting(AgentSettings.eraseChip)
        guard command != 0 else { return AgentFault.badCommand }
        let fault = enableWriting()
        guard fault == AgentFault.none else { return fault }
        guard controller.execute(command) else { return AgentFault.controllerStuck }
        return awaitEnd(setting(AgentSettings.eraseChipLimit))
    }

    // MARK: Looking

    /// Reads the range in one go and writes the digest of each `unit` bytes.
    func digest(
        _ address: UInt32, _ count: UInt32, _ unit: UInt32, into buffer: UInt32, _ keys: UnsafePointer<UInt32>
    ) -> UInt32 {
        guard count > 0, unit > 0 else { return AgentFault.badCommand }
        var output = buffer
        var done: UInt32 = 0
        while done < count {
            if isStopped { return Self.stopped }
            let part = min(unit, count &- done)
            guard let digest = unsafe digest(address &+ done, part, keys) else { return giveUp() }
            digest.write(to: output)
            output = output &+ 8
            done = done &+ part
            note(done)
        }
        return AgentFault.none
    }

    /// - Returns: nil when the controller is stuck.
    private func digest(_ address: UInt32, _ count: UInt32, _ keys: UnsafePointer<UInt32>) -> Digest? {
        if controller.drivesPair, (address | count) & 1 != 0 {
            return unsafe digestOfBytes(address, count, storingAt: 0, keys)
        }
        return unsafe digest(address, count, keys) { _ in }
    }

    /// Reads in one go; `take` gets each word as well, the last one with as many bytes as there are.
    ///
    /// - Returns: nil when the controller is stuck.
    @inline(__always)
    func digest(
        _ address: UInt32, _ count: UInt32, _ keys: UnsafePointer<UInt32>, _ take: (UInt32) -> Void
    ) -> Digest? {
        controller.beginReading(address, count)
        // Never handed on by address: it would be written to memory with each word.
        var digest = unsafe Digest(keys)
        var left = count
        while left > 0 {
            digest.beginBlock()
            let block = min(left, Digest.block)
            left &-= block
            var pieces = block / Controller.piece
            while pieces > 0 {
                guard controller.hasPiece() else { return nil }
                digest.take(nextWord(take))
                digest.take(nextWord(take))
                digest.take(nextWord(take))
                digest.take(nextWord(take))
                pieces &-= 1
            }
            var rest = block % Controller.piece
            guard rest == 0 || controller.hasAll() else { return nil }
            while rest >= 4 {
                digest.take(nextWord(take))
                rest &-= 4
            }
            if rest > 0 {
                let word = lastBytes(rest)
                take(word)
                digest.take(word)
            }
        }
        return controller.endReading() ? digest : nil
    }

    @inline(__always) private func nextWord(_ take: (UInt32) -> Void) -> UInt32 {
        let word = controller.nextWord()
        take(word)
        return word
    }

    /// The last one to three bytes of a read, as a word.
    func lastBytes(_ count: UInt32) -> UInt32 {
        var (word, shift): (UInt32, UInt32) = (0, 0)
        while shift < count &* 8 {
            word |= controller.nextByte() << shift
            shift &+= 8
        }
        return word
    }

    /// Where a pair is not read in whole pairs of bytes: nothing of it is at a multiple of anything.
    ///
    /// A `buffer` that is not zero gets the bytes as well, the rest of its last word zeros.
    /// - Returns: nil when the controller is stuck.
    func digestOfBytes(
        _ address: UInt32, _ count: UInt32, storingAt buffer: UInt32, _ keys: UnsafePointer<UInt32>
    ) -> Digest? {
        var digest = unsafe Digest(keys)
        let isStored = buffer != 0
        var (place, word, shift): (UInt32, UInt32, UInt32) = (buffer, 0, 0)
        let isComplete = controller.forEach(address, count) { value, size in
            var (rest, left) = (value, size)
            while left > 0 {
                word |= (rest & 0xFF) << shift
                rest >>= 8
                left &-= 1
                shift &+= 8
                if shift == 32 {
                    if (place &- buffer) % Digest.block == 0 { digest.beginBlock() }
                    digest.take(word)
                    if isStored { Register(place).value = word }
                    (place, word, shift) = (place &+ 4, 0, 0)
                }
            }
            return true
        }
        guard isComplete else { return nil }
        guard shift > 0 else { return digest }
        if (place &- buffer) % Digest.block == 0 { digest.beginBlock() }
        digest.take(word)
        if isStored { Register(place).value = word }
        return digest
    }

    func giveUp() -> UInt32 {
        controller.giveUpReading()
        return AgentFault.controllerStuck
    }
}
