// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One selection, from the falling edge of chip select to its rising edge, as a state machine over clocks.
///
/// It knows phases, lines and bits; what opcode and data mean is for its owner.
struct FlashSelection {
    enum Phase { case opcode, address, mode, dummy, input, output, complete, ignored, deselected }
    /// What comes after the opcode.
    struct Format {
        var addressBits = 0
        /// Of address and mode bits.
        var addressLines = 1
        var modeBits = 0
        var dummyClocks = 0
        var data = FlashInstruction.Data.none
        var dataLines = 1
        /// Address, mode bits and data go on both edges of each clock; all of them fill whole clocks.
        var isDoubleRate = false
    }
    /// What a clock has brought.
    enum Event {
        case none
        case opcode(UInt8)
        /// All bits of the address, or of the mode.
        case address, mode(UInt8)
        /// The first dummy clock; its IO0.
        case firstDummy(Bool)
        /// The flash drives the lines.
        case output
    }

    private(set) var phase = Phase.deselected
    private(set) var lines = 1
    /// Bits or dummy clocks still to come of the phase.
    private(set) var bitsLeft = 8
    private(set) var address: UInt32 = 0
    /// Bytes taken in the data phase: the last ones of a page, or all of a register write.
    private(set) var input: [UInt8]
    private(set) var inputCount = 0
    /// Clocks came after the last bit of an instruction that must end there.
    private(set) var hasExcessClocks = false
    private var format = Format()
    private var shift: UInt32 = 0
    private var outputByte: UInt8 = 0
    private(set) var outputBitsLeft = 0

    /// `page`: bytes of the input buffer, a power of two.
    init(page: Int) { input = Array(repeating: 0xFF, count: page) }

    // MARK: Chip select

    /// Begins with the opcode.
    mutating func begin(opcodeLines: Int) {
        clear()
        (phase, lines, bitsLeft) = (.opcode, opcodeLines, 8)
    }
    /// Nothing of what follows is understood.
    mutating func ignore() { phase = .ignored }
    mutating func end() { phase = .deselected }
    private mutating func clear() {
        (hasExcessClocks, inputCount, outputBitsLeft, shift) = (false, 0, 0, 0)
    }

    /// The opcode is known, and what follows it.
    mutating func proceed(with format: Format) {
        self.format = format
        if format.addressBits > 0 {
            enter(.address, lines: format.addressLines, bits: format.addressBits)
        } else {
            enterDummy()
        }
    }

    /// The address, which is known now, asks for other dummy clocks than were expected.
    mutating func delayData(by clocks: Int) {
        format.dummyClocks = clocks
        enterDummy()
    }

    /// An instruction that is taken in whole, at the end of a byte.
    var isComplete: Bool {
        switch phase {
        case .complete: !hasExcessClocks
        case .input: bitsLeft == 8
        default: false
        }
    }

    // MARK: Clocks

    /// One clock with `levels` on IO0 to IO3 at its rising edge and `later` at the falling one.
    mutating func clock(_ levels: UInt8, _ later: UInt8) -> Event {
        switch phase {
        case .opcode: return take(levels)
        case .address, .mode, .input:
            guard format.isDoubleRate else { return take(levels) }
            _ = take(levels)
            return take(later)
        case .dummy:
            let isFirst = bitsLeft == format.dummyClocks
            bitsLeft -= 1
            if bitsLeft == 0 { enterData() }
            return isFirst ? .firstDummy(levels & 1 != 0) : .none
        case .output: return .output
        case .complete: hasExcessClocks = true
        case .ignored, .deselected: break
        }
        return .none
    }

    private mutating func take(_ levels: UInt8) -> Event {
        shift = shift << UInt32(lines) | UInt32(levels) & (1 << UInt32(lines) - 1)
        bitsLeft -= lines
        return bitsLeft <= 0 ? finishPhase() : .none
    }
    private mutating func finishPhase() -> Event {
        switch phase {
        case .opcode: return .opcode(UInt8(truncatingIfNeeded: shift))
        case .address:
            address = shift
            if format.modeBits > 0 {
                enter(.mode, lines: format.addressLines, bits: format.modeBits)
            } else {
                enterDummy()
            }
            return .address
        case .mode:
            let mode = UInt8(truncatingIfNeeded: shift)
            enterDummy()
            return .mode(mode)
        default:
            receive(UInt8(truncatingIfNeeded: shift))
            bitsLeft = 8
            return .none
        }
    }
    private mutating func enter(_ phase: Phase, lines: Int, bits: Int) {
        (self.phase, self.lines, bitsLeft, shift) = (phase, lines, bits, 0)
    }
    private mutating func enterDummy() {
        if format.dummyClocks > 0 {
            enter(.dummy, lines: 1, bits: format.dummyClocks)
        } else {
            enterData()
        }
    }
    private mutating func enterData() {
        switch format.data {
        case .none: phase = .complete
        case .input: enter(.input, lines: format.dataLines, bits: 8)
        case .output: enter(.output, lines: format.dataLines, bits: 8)
        }
    }

    // MARK: Output

    /// The next byte to shift out; once ``outputBitsLeft`` is 0.
    mutating func load(_ byte: UInt8) { (outputByte, outputBitsLeft) = (byte, 8) }
    /// The levels at both edges of a clock.
    mutating func drive() -> ClockLevels {
        let first = shiftOut()
        return ClockLevels(rising: first, falling: format.isDoubleRate ? shiftOut() : first)
    }
    private mutating func shiftOut() -> LineLevels {
        outputBitsLeft -= lines
        let bits = outputByte >> UInt8(outputBitsLeft) & (1 << UInt8(lines) - 1)
        // A single line out is IO1.
        return lines == 1
            ? LineLevels(levels: bits << 1, driven: 2)
            : LineLevels(levels: bits, driven: 1 << UInt8(lines) - 1)
    }

    // MARK: Whole bytes

    @inline(__always) func canTransmit(on lines: Int, onBothEdges: Bool) -> Bool {
        phase == .output && self.lines == lines && outputBitsLeft == 0 && format.isDoubleRate == onBothEdges
    }
    @inline(__always) func canReceive(on lines: Int, onBothEdges: Bool) -> Bool {
        phase == .input && self.lines == lines && bitsLeft == 8 && format.isDoubleRate == onBothEdges
    }
    @inline(__always) mutating func receive(_ byte: UInt8) {
        input[inputCount & (input.count - 1)] = byte
        inputCount += 1
    }
}

/// Levels on IO0...IO3 (bit n is IOn) and which of them are driven.
struct LineLevels {
    var levels: UInt8
    var driven: UInt8
    static let released = LineLevels(levels: 0, driven: 0)
}

/// The same at the rising and at the falling edge of a clock.
struct ClockLevels {
    var rising: LineLevels
    var falling: LineLevels
    static let released = ClockLevels(rising: .released, falling: .released)
}
