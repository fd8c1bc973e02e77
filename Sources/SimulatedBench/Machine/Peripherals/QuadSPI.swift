// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// The QUADSPI controller (RM0399 chapter QUADSPI; ES0392 for its faults).
///
/// Nothing runs between two looks at it: `advance(to:)` catches up with what the wire has done since the last one,
/// byte by byte in their own time.
final class QuadSPI: Peripheral {
    static let fifoSize = 32
    static let interruptLine = 92
    /// Data is sampled half a clock after the edge that drives it: tCLQV of 6 ns (W25Q128JV datasheet rev F §9.6) and a set-up
    /// time of 2 ns (STM32H745 datasheet, QUADSPI SDR) must fit in.
    ///
    /// SSHIFT adds another half.
    static let unshiftedHertzLimit: UInt64 = 62_500_000

    let bus: SerialBus
    private let pins: PinMultiplexer

    // MARK: Registers

    var control: UInt32 = 0
    var device: UInt32 = 0
    /// SR's latched flags: TEF, TCF, SMF, TOF.
    var flags: UInt32 = 0
    var length: UInt32 = 0
    var communication: UInt32 = 0
    var address: UInt32 = 0
    var alternate: UInt32 = 0
    var pollMask: UInt32 = 0
    var pollMatch: UInt32 = 0
    var pollInterval: UInt32 = 0
    var lowPowerTimeout: UInt32 = 0

    // MARK: The command in progress

    enum Operation {
        case idle
        case sending, receiving, polling
        /// Memory-mapped, with chip select low.
        case streaming
        /// A command that the controller cannot finish.
        case hung
    }
    var operation = Operation.idle
    /// Where the wire has got to: the moment the last byte ended, or the header will end.
    var wireTime: Picoseconds = 0
    var bitTime: Picoseconds = 1
    var byteTime: Picoseconds = 8
    /// Bytes the wire has still to move.
    var remaining: UInt64 = 0
    /// Chip select may fall again then (DCR.CSHT).
    var selectFreeAt: Picoseconds = 0
    var fifo = FIFO()
    /// DR writes still belonging to the indirect write.
    var acceptable: UInt64 = 0
    /// CCR or AR was written: the first byte in DR starts an indirect write.
    var isArmed = false
    /// Dual-flash mode: the byte just moved belongs to bank 1.
    private var isOddByte = false

    // MARK: Polling

    var pollStart: Picoseconds = 0
    /// From chip select falling to the last bit.
    var pollLength: Picoseconds = 0
    var pollData: UInt32 = 0
    var hasPollData = false

    // MARK: Memory-mapped mode

    /// Address of the FIFO's first byte.
    var streamAddress: UInt32 = 0
    /// SIOO: the instruction goes out with the first command only.
    var hasSentInstruction = false
    /// ES0392: the first mapped read after an indirect command with AR[1:0] != 0 takes a wrong address.
    var skewsNextMappedRead = false
    var hasRunIndirect = false
    /// ES0392: a second read of the last bytes of the window stalls the bus.
    var hasTouchedTail = false

    private var isInterruptAsserted = false

    init(_ context: ChipContext, bus: SerialBus, pins: PinMultiplexer) {
        (self.bus, self.pins) = (bus, pins)
        super.init(context)
    }

    override func read(_ offset: UInt32, _ access: Access) -> UInt32 { readRegister(offset, access) }
    override func write(_ offset: UInt32, _ value: UInt32, _ access: Access) {
        writeRegister(offset, value, access)
    }
    override func reset() {
        if operation != .idle { bus.deselect(at: wireTime) }
        (control, device, flags, length, communication, address, alternate) = (0, 0, 0, 0, 0, 0, 0)
        (pollMask, pollMatch, pollInterval, lowPowerTimeout) = (0, 0, 0, 0)
        (operation, remaining, acceptable, isArmed) = (.idle, 0, 0, false)
        (hasPollData, hasSentInstruction, skewsNextMappedRead) = (false, false, false)
        (hasRunIndirect, hasTouchedTail) = (false, false)
        fifo.clear()
        updateInterrupt()
    }

    // MARK: Fields

    var isEnabled: Bool { control & 1 != 0 }
    var functionalMode: UInt32 { communication >> 26 & 3 }
    var hasAddress: Bool { communication >> 10 & 3 != 0 }
    var hasData: Bool { communication >> 24 & 3 != 0 }
    /// DDRM: everything behind the instruction goes on both edges.
    var isDoubleRate: Bool { communication >> 31 != 0 }
    var isDualFlash: Bool { control >> 6 & 1 != 0 }
    var threshold: Int { Int(control >> 8 & 31) + 1 }
    var isBusy: Bool { operation != .idle || !fifo.isEmpty }
    static func lines(_ mode: UInt32) -> Int { [0, 1, 2, 4][Int(mode & 3)] }
    var dataLines: Int { Self.lines(communication >> 24) }
    /// Bytes of the memory space DCR.FSIZE describes.
    var spaceSize: UInt64 { 2 << UInt64(device >> 16 & 31) }

    // MARK: A command on the wires

    /// Times of the command CCR describes; false if there is no kernel clock.
    func prepareTiming() -> Bool {
        guard let time = serialClockPeriod else { return false }
        bitTime = time
        // Both edges of a clock carry data in DDR mode, and both flashes do in dual-flash mode.
        let share = Picoseconds((isDoubleRate ? 2 : 1) * (isDualFlash ? 2 : 1))
        byteTime = max(1, bitTime * Picoseconds(8 / max(1, dataLines)) / share)
        return true
    }
    /// Clocks before the data phase.
    var headerClocks: Int {
        var clocks = Int(communication >> 18 & 31)
        if sendsInstruction { clocks += Self.clocks(bytes: 1, mode: communication >> 8) }
        let further =
            Self.clocks(bytes: addressBytes, mode: communication >> 10)
            + Self.clocks(bytes: alternateBytes, mode: communication >> 14)
        return clocks + (isDoubleRate ? further / 2 : further)
    }
    private static func clocks(bytes: Int, mode: UInt32) -> Int {
        let lines = lines(mode)
        return lines == 0 ? 0 : 8 * bytes / lines
    }
    private var addressBytes: Int { Int(communication >> 12 & 3) + 1 }
    private var alternateBytes: Int { Int(communication >> 16 & 3) + 1 }
    private var sendsInstruction: Bool { communication >> 28 & 1 == 0 || !hasSentInstruction }

    /// Chip select falls and everything before the data phase goes out.
    func beginCommand(address: UInt32, at now: Picoseconds) {
        let start = max(now, selectFreeAt)
        // Dual-flash mode drives both banks; only bank 2 has a flash.
        let bank = isDualFlash || control >> 7 & 1 != 0 ? 2 : 1
        bus.connection = pins.connection(bank: bank)
        bus.noiseInterval = noiseInterval
        isOddByte = false
        bus.select(at: start)
        wireTime = start &+ Picoseconds(headerClocks) &* bitTime
        if sendsInstruction {
            sendPhase(communication & 0xFF, bytes: 1, mode: communication >> 8, onBothEdges: false)
        }
        hasSentInstruction = true
        // Each of two flashes holds every other byte.
        let place = isDualFlash ? address >> 1 : address
        sendPhase(place, bytes: addressBytes, mode: communication >> 10, onBothEdges: isDoubleRate)
        sendPhase(alternate, bytes: alternateBytes, mode: communication >> 14, onBothEdges: isDoubleRate)
        bus.idle(clocks: Int(communication >> 18 & 31), dataLines: max(1, dataLines))
    }
    private func sendPhase(_ value: UInt32, bytes: Int, mode: UInt32, onBothEdges: Bool) {
        let lines = Self.lines(mode)
        if lines > 0 { bus.send(value, bits: 8 * bytes, lines: lines, onBothEdges: onBothEdges) }
    }

    /// One serial clock; nil without a kernel clock.
    private var serialClockPeriod: Picoseconds? {
        let kernel = context.clocks.quadSPI
        guard kernel > 0 else { return nil }
        return max(1, (UInt64(control >> 24) + 1) * Picoseconds.second / kernel)
    }

    /// How often read data is wrong because a limit is not kept; nil if all are.
    private var noiseInterval: UInt64? {
        let frequency = context.clocks.quadSPI / (UInt64(control >> 24) + 1)
        guard let part = bus.flash?.part else { return nil }
        let isPlainRead = communication & 0xFF == 0x03 && communication >> 8 & 3 != 0
        if frequency > (isPlainRead ? part.plainReadHertzLimit : part.hertzLimit) { return 4 }
        // The flash's output delay must fit into the time up to the sample.
        if frequency > Self.unshiftedHertzLimit, control & 0x10 == 0 { return 4 }
        // ES0392: HCLK as kernel clock and PRESCALER = 0 needs a 50 % duty cycle, which a PLL output taken
        // undivided does not promise.
        if control >> 24 == 0, context.clocks.isQuadSPIOnUndividedPLL { return 32_768 }
        return nil
    }

    /// One byte off the wire that ends at `wireTime`.
    func receiveByte() -> UInt8 {
        if isDualFlash {
            isOddByte.toggle()
            // Even bytes come from bank 1, which has no flash here.
            if isOddByte { return bus.floatLevel == 0 ? 0 : 0xFF }
        }
        return bus.receiveByte(lines: dataLines, onBothEdges: isDoubleRate, at: wireTime)
    }
    func sendByte(_ byte: UInt8) {
        if isDualFlash {
            isOddByte.toggle()
            if isOddByte { return }
        }
        bus.sendByte(byte, lines: dataLines, onBothEdges: isDoubleRate)
    }
    /// Chip select rises at `wireTime`.
    func endCommand() {
        bus.deselect(at: wireTime)
        selectFreeAt = wireTime &+ (Picoseconds(device >> 8 & 7) + 1) &* bitTime
    }

    // MARK: Interrupt

    func updateInterrupt() {
        // TEF TCF FTF SMF TOF against TEIE TCIE FTIE SMIE TOIE.
        let isAsserted = flagsNow & control >> 16 & 0x1F != 0
        guard isAsserted != isInterruptAsserted else { return }
        isInterruptAsserted = isAsserted
        context.setInterrupt(Self.interruptLine, asserted: isAsserted)
    }
    override var nextEvent: Picoseconds { control & 0x1F_0000 == 0 ? .max : nextChange }
    override func handleEvent(at now: Picoseconds) {
        advance(to: now)
        updateInterrupt()
    }
}

/// 32 bytes between the bus and the wire.
struct FIFO {
    private var bytes = InlineArray<32, UInt8>(repeating: 0)
    private var first = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count == 32 }
    mutating func clear() { (first, count) = (0, 0) }
    @inline(__always) mutating func push(_ byte: UInt8) {
        bytes[(first &+ count) & 31] = byte
        count &+= 1
    }
    @inline(__always) mutating func pop() -> UInt8 {
        guard count > 0 else { return 0 }
        let byte = bytes[first]
        first = (first &+ 1) & 31
        count &-= 1
        return byte
    }
}
