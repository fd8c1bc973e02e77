// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Levels on IO0...IO3 (bit n is IOn) and which of them are driven.
struct LineLevels {
    var levels: UInt8
    var driven: UInt8
    static let released = LineLevels(levels: 0, driven: 0)
}

/// Chip select and clock.
extension SerialFlash {
    func select() {
        settle()
        hasExcessClocks = false
        (inputCount, outputBitsLeft, shift) = (0, 0, 0)
        guard now >= unresponsiveUntil else {
            phase = .ignored
            return
        }
        if let continuousOpcode, !isBusy {
            opcode = continuousOpcode
            begin(opcode)
        } else {
            (phase, lines, bitsLeft) = (.opcode, isQuadInterface ? 4 : 1, 8)
        }
    }

    /// One rising edge with `levels` on the pins; gives what the part drives afterwards.
    func clock(_ levels: UInt8) -> LineLevels {
        writeProtectPinIsLow = levels & 4 == 0
        // /HOLD is IO3 while QE is 0: the clock is not looked at, and nothing is driven.
        guard levels & 8 != 0 || isQuadEnabled else { return .released }
        switch phase {
        case .opcode, .address, .mode, .input:
            shift = shift << UInt32(lines) | UInt32(levels) & (1 << UInt32(lines) - 1)
            bitsLeft -= lines
            if bitsLeft == 0 { finishPhase() }
        case .dummy:
            bitsLeft -= 1
            if bitsLeft == 0 { enterData() }
        case .output: return output()
        case .complete: hasExcessClocks = true
        case .ignored, .deselected: break
        }
        return .released
    }

    /// Whether data can go byte by byte over `lines` lines instead of clock by clock.
    @inline(__always) func canTransmit(on lines: Int) -> Bool {
        phase == .output && self.lines == lines && outputBitsLeft == 0
    }
    @inline(__always) func canReceive(on lines: Int) -> Bool {
        phase == .input && self.lines == lines && bitsLeft == 8
    }
    @inline(__always) func transmit() -> UInt8 { nextOutput() }
    @inline(__always) func receive(_ byte: UInt8) {
        input[inputCount & 255] = byte
        inputCount += 1
    }

    // MARK: Phases

    private func finishPhase() {
        switch phase {
        case .opcode:
            opcode = UInt8(truncatingIfNeeded: shift)
            begin(opcode)
        case .address:
            address = Int(shift & 0xFF_FFFF)
            position = address
            if instruction.hasMode {
                enter(.mode, lines: instruction.addressLines, bits: 8)
            } else {
                enterDummy()
            }
        case .mode:
            let isContinuous = shift & 0x30 == 0x20 && instruction.action == .readArray
            continuousOpcode = isContinuous ? opcode : nil
            enterDummy()
        default:
            receive(UInt8(truncatingIfNeeded: shift))
            bitsLeft = 8
        }
    }
    private func enter(_ phase: Phase, lines: Int, bits: Int) {
        (self.phase, self.lines, bitsLeft, shift) = (phase, lines, bits, 0)
    }

    /// The opcode is known; a part that does not listen to it ignores the rest of the selection.
    private func begin(_ opcode: UInt8) {
        let decoded = FlashInstruction.decode(opcode, part: part, isQuadInterface: isQuadInterface)
        let wasResetEnabled = isResetEnabled
        isResetEnabled = false
        guard let decoded, listens(to: decoded) else {
            phase = .ignored
            return
        }
        instruction = decoded
        isResetEnabled = wasResetEnabled && decoded.action == .reset
        position = 0
        if decoded.addressLines > 0 {
            enter(.address, lines: decoded.addressLines, bits: 24)
        } else {
            enterDummy()
        }
    }
    private func listens(to instruction: FlashInstruction) -> Bool {
        if isPoweredDown { return instruction.action == .releasePowerDown }
        if isBusy, !instruction.isAllowedWhileBusy { return false }
        return !instruction.needsQuadEnable || isQuadEnabled
    }
    private func enterDummy() {
        if instruction.dummyClocks > 0 {
            enter(.dummy, lines: 1, bits: instruction.dummyClocks)
        } else {
            enterData()
        }
    }
    private func enterData() {
        switch instruction.data {
        case .none: phase = .complete
        case .input: enter(.input, lines: instruction.dataLines, bits: 8)
        case .output: enter(.output, lines: instruction.dataLines, bits: 8)
        }
    }

    // MARK: Output

    private func output() -> LineLevels {
        if outputBitsLeft == 0 { (outputByte, outputBitsLeft) = (nextOutput(), 8) }
        outputBitsLeft -= lines
        let bits = outputByte >> UInt8(outputBitsLeft) & (1 << UInt8(lines) - 1)
        // A single line out is IO1.
        return lines == 1
            ? LineLevels(levels: bits << 1, driven: 2)
            : LineLevels(levels: bits, driven: 1 << UInt8(lines) - 1)
    }

    private func nextOutput() -> UInt8 {
        defer { position &+= 1 }
        switch instruction.action {
        case .readArray: return nextCell()
        case .readStatus(let index):
            settle()
            return statusRegister(index)
        case .readDiscovery: return part.discovery[position & 0xFF]
        case .readSecurity:
            let register = address >> 12
            return (1...3).contains(register) && address & 0xF00 == 0
                ? security[(register - 1) << 8 | position & 0xFF] : 0xFF
        case .readIdentification:
            let bytes = isQuadInterface ? part.quadIdentification ?? part.identification : part.identification
            return bytes[position % bytes.count]
        case .readDeviceID: return position & 1 == 0 ? part.identification[0] : part.deviceID
        case .releasePowerDown: return part.deviceID
        case .readUniqueID: return Self.uniqueID[position & 7]
        case .readLock: return protection.isLocked(address) ? 1 : 0
        default: return 0xFF
        }
    }
    private static let uniqueID: [UInt8] = [0xD1, 0x64, 0x54, 0x95, 0x1B, 0x30, 0x71, 0x2B]

    private func nextCell() -> UInt8 {
        let place = position & (array.count - 1)
        if let wrapLength, opcode == 0xEB || isQuadInterface, place & (wrapLength - 1) == wrapLength - 1 {
            position -= wrapLength
        }
        // Cells whose change is suspended are in no defined state.
        if let suspended, suspended.range.contains(place) {
            return UInt8(truncatingIfNeeded: place &* 0x9D ^ 0x5A)
        }
        return array[place]
    }
}
