// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// The QUADSPI controller (RM0399 chapter QUADSPI; ES0392 for its faults).
///
/// Nothing runs between two looks at it: `advance(to:)` catches up with what the wire has done since the last one,
/// byte by byte in their own time.
final class QuadSPI: Peripheral {
    static let interruptLine = 92
    /// Data is sampled half a clock after the edge that drives it: tCLQV of 6 ns (W25Q128JV datasheet rev F §9.6) and a set-up
    /// time of 2 ns (STM32H745 datasheet, QUADSPI SDR) must fit in.
    ///
    /// SSHIFT adds another half.
    static let unshiftedHertzLimit: UInt64 = 62_500_000

    let wires: FlashWires
    var registers = QuadSPIRegisters()

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
    var command = SerialCommand()
    /// Where the wire has got to: the moment the last byte ended, or the header will end.
    var wireTime: Picoseconds = 0
    /// Bytes the wire has still to move.
    var remaining: UInt64 = 0
    /// Chip select may fall again then (DCR.CSHT).
    var selectFreeAt: Picoseconds = 0
    var fifo = TransferFIFO()
    /// DR writes still belonging to the indirect write.
    var acceptable: UInt64 = 0
    /// CCR or AR was written: the first byte in DR starts an indirect write.
    var isArmed = false
    /// SIOO: the instruction goes out with the first command only.
    var hasSentInstruction = false
    /// The FIFO of an indirect read was full: the wire stands still until four bytes are free (RM0399, indirect mode).
    var isHeldBack = false
    var polling = StatusPolling()
    var mapped = MappedWindow()

    private var isInterruptAsserted = false
    /// Moves data on the FIFO's request.
    weak var masterDMA: MasterDMA?

    init(_ context: ChipContext, wires: FlashWires) {
        self.wires = wires
        super.init(context)
    }

    override func read(_ offset: UInt32, _ access: Access) -> UInt32 { readRegister(offset, access) }
    override func write(_ offset: UInt32, _ value: UInt32, _ access: Access) {
        writeRegister(offset, value, access)
    }
    override func reset() {
        if operation != .idle { wires.deselect(at: wireTime) }
        registers = QuadSPIRegisters()
        (operation, remaining, acceptable, isArmed, isHeldBack) = (.idle, 0, 0, false, false)
        (polling.hasData, hasSentInstruction, mapped) = (false, false, MappedWindow())
        fifo.clear()
        updateInterrupt()
    }

    /// The part's pins changed, at a moment or in a reset.
    func pinsChanged(at now: Picoseconds?) {
        if let now { advance(to: now) }
        wires.pinsChanged(at: now)
    }

    var isBusy: Bool { operation != .idle || !fifo.isEmpty }
    /// A read whose bytes do not fit into the FIFO: the clock stands still.
    var isStalled: Bool { fifo.room < (isHeldBack ? 4 : command.bytesAtOnce) }

    // MARK: A command on the wires

    /// Takes the command CCR describes; false if there is no kernel clock.
    func prepareCommand() -> Bool {
        let kernel = context.clocks.quadSPI
        guard kernel > 0 else { return false }
        let period = max(1, registers.divider * Picoseconds.second / kernel)
        command = SerialCommand(registers, clockPeriod: period, hasSentInstruction: hasSentInstruction)
        return true
    }

    /// Chip select falls and everything before the data phase goes out.
    func beginCommand(address: UInt32, at now: Picoseconds) {
        let start = max(now, selectFreeAt)
        for chip in wires.chips { chip.clockNoise = noiseInterval(of: chip) }
        wires.select(registers.banks, at: start)
        wireTime = start &+ Picoseconds(command.headerClocks) &* command.bitTime
        command.sendHeader(address: address, over: wires)
        hasSentInstruction = true
    }

    /// How often read data is wrong because a limit is not kept; nil if all are.
    private func noiseInterval(of chip: SerialBus) -> UInt64? {
        guard let flash = chip.flash else { return nil }
        let frequency = context.clocks.quadSPI / registers.divider
        let part = flash.part
        let limit =
            if command.isDoubleRate { part.doubleRateHertzLimit } else if command.isPlainRead {
                part.plainReadHertzLimit
            } else { part.hertzLimit }
        if frequency > limit { return 4 }
        // The flash's output delay must fit into the time up to the sample, which SSHIFT cannot move where each edge brings
        // data.
        if frequency > Self.unshiftedHertzLimit, command.isDoubleRate || !registers.samplesLater { return 4 }
        // ES0392: HCLK as kernel clock and PRESCALER = 0 needs a 50 % duty cycle, which a PLL output taken
        // undivided does not promise.
        if registers.divider == 1, context.clocks.isQuadSPIOnUndividedPLL { return 32_768 }
        return nil
    }

    /// Chip select rises at `wireTime`.
    func endCommand() {
        wires.deselect(at: wireTime)
        selectFreeAt = wireTime &+ registers.selectHighTime &* command.bitTime
    }

    // MARK: Interrupt

    func updateInterrupt() {
        // TEF TCF FTF SMF TOF against TEIE TCIE FTIE SMIE TOIE.
        let isAsserted = flagsNow & registers.control >> 16 & 0x1F != 0
        guard isAsserted != isInterruptAsserted else { return }
        isInterruptAsserted = isAsserted
        context.setInterrupt(Self.interruptLine, asserted: isAsserted)
    }
    override var nextEvent: Picoseconds {
        registers.control & 0x1F_0000 == 0 && masterDMA?.awaitsQuadSPI != true ? .max : nextChange
    }
    override func handleEvent(at now: Picoseconds) {
        advance(to: now)
        masterDMA?.serve(at: now)
        updateInterrupt()
    }
}
