// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Chip select and clock.
extension SerialFlash {
    func select() {
        settle()
        guard now >= unresponsiveUntil else {
            selection.begin(opcodeLines: 1)
            return selection.ignore()
        }
        if let opcode = latches.continuousOpcode, !isBusy {
            selection.begin(opcodeLines: 1)
            begin(opcode)
        } else {
            selection.begin(opcodeLines: isQuadInterface ? 4 : 1)
        }
    }
    func deselect() {
        defer { selection.end() }
        if selection.isComplete {
            execute()
        } else if instruction.action == .releasePowerDown,
            selection.phase == .address || selection.phase == .output
        {
            // The release needs no more than its opcode.
            releasePowerDown()
        }
    }
    /// Chip select rises before the flash has seen all that was handed to it: nothing comes of the selection.
    func cancel() { selection.end() }

    /// One clock with `levels` on the pins; gives what the part drives meanwhile.
    func clock(_ levels: UInt8) -> LineLevels { clock(levels, levels).rising }
    /// One clock with `levels` on the pins at its rising edge and `later` at the falling one; gives what the part drives at
    /// each.
    ///
    /// What is driven at an edge was put there by the edge before; a single-rate output changes at falling edges only, so that
    /// one who looks at the falling edge finds what was there at the rising one.
    func clock(_ levels: UInt8, _ later: UInt8) -> ClockLevels {
        writeProtectPinIsLow = levels & 4 == 0
        // While /HOLD is low the clock is not looked at, and nothing is driven.
        guard levels & 8 != 0 || !holdsOnThirdLine else { return .released }
        switch selection.clock(levels, later) {
        case .none: break
        case .opcode(let opcode): begin(opcode)
        case .address:
            (address, position) = (fullAddress, fullAddress)
            if let dummy = instruction.keptDummy, register(at: selection.address)?.isKept == true {
                selection.delayData(by: dummy.clocks(in: registers.values))
            }
        case .mode(let value): note(mode: value)
        case .firstDummy(let isHigh): note(firstDummy: isHigh)
        case .output:
            if selection.outputBitsLeft == 0 { selection.load(nextOutput()) }
            return selection.drive()
        }
        return .released
    }
    /// IO3 is /HOLD: while QE is 0, or on parts without QE while it is no data line.
    private var holdsOnThirdLine: Bool {
        guard part.hasHoldPin else { return false }
        if part.quadEnable != nil { return !isQuadEnabled }
        return !isQuadInterface && !instruction.usesFourLines
    }

    /// Whether data can go byte by byte over `lines` lines instead of clock by clock.
    @inline(__always) func canTransmit(on lines: Int, onBothEdges: Bool) -> Bool {
        selection.canTransmit(on: lines, onBothEdges: onBothEdges)
    }
    @inline(__always) func canReceive(on lines: Int, onBothEdges: Bool) -> Bool {
        selection.canReceive(on: lines, onBothEdges: onBothEdges)
    }
    @inline(__always) func transmit() -> UInt8 { nextOutput() }
    @inline(__always) func receive(_ byte: UInt8) { selection.receive(byte) }

    // MARK: The opcode and what follows

    /// The opcode is known; a part that does not listen to it ignores the rest of the selection.
    private func begin(_ opcode: UInt8) {
        let wasResetEnabled = latches.isResetEnabled
        latches.isResetEnabled = false
        guard let found = (isQuadInterface ? part.quad : part.serial)[opcode], listens(to: found) else {
            return selection.ignore()
        }
        instruction = found
        if case .reset = found.action { latches.isResetEnabled = wasResetEnabled }
        (address, position, undefinedCells) = (0, 0, suspended?.range)
        selection.proceed(with: format(of: found))
    }
    private func format(of instruction: FlashInstruction) -> FlashSelection.Format {
        let bytes =
            switch instruction.address {
            case .byMode: hasFourByteAddresses ? 4 : 3
            case .bytes(let count): count
            }
        return FlashSelection.Format(
            addressBits: 8 * bytes, addressLines: instruction.addressLines,
            modeBits: instruction.modeBits, dummyClocks: instruction.dummy.clocks(in: registers.values),
            data: instruction.data, dataLines: instruction.dataLines,
            isDoubleRate: instruction.isDoubleRate || usesDoubleRateProtocol)
    }
    private func listens(to instruction: FlashInstruction) -> Bool {
        if latches.isPoweredDown { return instruction.action == .releasePowerDown }
        if isBusy, !instruction.isHeardWhileBusy {
            guard isHeldBusy, instruction.action == .clearFailures || instruction.action == .writeDisable
            else { return false }
        }
        return !instruction.needsQuadEnable || isQuadEnabled
    }

    /// The address with what an extended address register adds to it.
    private var fullAddress: Int {
        let address = Int(selection.address)
        let bytes =
            switch instruction.address {
            case .byMode: hasFourByteAddresses ? 4 : 3
            case .bytes(let count): count
            }
        guard bytes == 3, instruction.isAboutArray, let field = part.addressing.extension24 else {
            return address
        }
        return address | field.value(in: registers.values) << 24
    }

    private func note(mode: UInt8) {
        let isContinuous =
            switch instruction.continuation {
            case .value(let value, let mask): mode & mask == value & mask
            case .toggled: mode >> 4 == ~mode & 15
            case .firstDummyClock, nil: false
            }
        latches.continuousOpcode = isContinuous ? instruction.opcode : nil
    }
    private func note(firstDummy isHigh: Bool) {
        guard case .firstDummyClock(let flag) = instruction.continuation else { return }
        latches.continuousOpcode = registers.isSet(flag) && !isHigh ? instruction.opcode : nil
    }
}

extension FlashInstruction {
    /// Its address is a place in the array.
    var isAboutArray: Bool {
        switch action {
        case .readArray, .program, .erase, .eraseDie, .lockBlock, .unlockBlock, .readLock: true
        default: false
        }
    }
    var usesFourLines: Bool { addressLines == 4 && address != .bytes(0) || dataLines == 4 && data != .none }
}
