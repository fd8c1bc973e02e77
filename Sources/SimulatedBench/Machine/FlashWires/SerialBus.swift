// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The board's traces between the part's pins and one flash chip: one chip select, one clock, four lines.
///
/// Levels are carried clock by clock; whole bytes take a short cut when both ends agree on lines and phase, which
/// gives the same bits.
final class SerialBus {
    let wiring: ChipWiring
    /// Nil: no part is fitted.
    let flash: SerialFlash?
    /// What an undriven line without a resistor reads as: high, but low through the part's protection diodes when it
    /// has no supply.
    let openLevel: Bool
    /// Which signals reach the flash's pins now.
    private var connection = PinConnection.none
    private(set) var path = LinePath(PinConnection.none)
    private(set) var isSelected = false
    /// Selected, and CLK arrives: clocks reach the flash.
    private(set) var isListening = false
    /// Read data is disturbed: how often, in bytes between two wrong ones (1 = each); nil is a clean line.
    private var noiseInterval: UInt64? { clockNoise ?? contactNoise }
    /// Of a serial clock that is too fast for chip and board.
    var clockNoise: UInt64?
    /// Of a loose contact.
    private let contactNoise: UInt64?
    private var random: SeededGenerator
    /// What the lines were at the falling edge of the last clock, where that belongs to the next byte.
    private var carried: UInt8?

    init(_ wiring: ChipWiring, flash: SerialFlash?, openLevel: Bool = true, seed: UInt64 = 1) {
        (self.wiring, self.flash, self.openLevel) = (wiring, flash, openLevel)
        random = SeededGenerator(seed: seed ^ 0x5EE_D1E5)
        contactNoise = wiring.faults.contains { $0.kind == .loose } ? TraceFault.interval : nil
    }

    // MARK: Chip select

    /// The part's pins changed, at a moment or in a reset; `banks` are those whose NCS is low.
    func reconnect(_ multiplexer: PinMultiplexer, banks: BankSet, at now: Picoseconds?) {
        let new = wiring.connection(multiplexer, openLevel: openLevel)
        guard new != connection else { return }
        (connection, path) = (new, LinePath(new))
        follow(banks, at: now ?? 0)
    }

    /// NCS of `banks` is low, of the others high.
    func follow(_ banks: BankSet, at now: Picoseconds) {
        let isLow =
            switch connection.select {
            case .bank(let bank): banks.contains(bank: bank)
            case .level(let level): !level
            }
        if isLow != isSelected, let flash {
            (isSelected, carried) = (isLow, nil)
            flash.now = max(flash.now, now)
            if isLow { flash.select() } else { flash.deselect() }
        }
        isListening = isSelected && connection.hasClock
    }

    /// Chip select rises in the middle of a phase: the flash has not seen all that was handed to it.
    func cancel(at now: Picoseconds) {
        guard isSelected, case .bank = connection.select, let flash else { return }
        (isSelected, isListening) = (false, false)
        flash.now = max(flash.now, now)
        flash.cancel()
    }

    // MARK: In front of the data

    /// Sends `bits` bits of `value`, most significant first, as the banks in `banks` do.
    ///
    /// With `onBothEdges` two on each line in each clock; otherwise the falling edge finds what the rising one did.
    func send(_ value: UInt32, bits: Int, lines: Int, banks: BankSet, onBothEdges: Bool = false) {
        guard isListening, let flash else { return }
        let step = onBothEdges ? 2 * lines : lines
        for left in stride(from: bits - lines, through: 0, by: -step) {
            let levels = chipLevels(from: BankLines(sending: value >> UInt32(left), on: lines), of: banks)
            guard onBothEdges, left >= lines else {
                _ = flash.clock(levels, levels)
                continue
            }
            let later = BankLines(sending: value >> UInt32(left - lines), on: lines)
            _ = flash.clock(levels, chipLevels(from: later, of: banks))
        }
    }
    /// Clocks during which the controller drives no data line.
    func idle(clocks: Int, dataLines: Int, banks: BankSet) {
        guard isListening, let flash else { return }
        let levels = chipLevels(from: BankLines(reading: dataLines), of: banks)
        for _ in 0..<clocks { _ = flash.clock(levels) }
    }

    // MARK: Data

    /// The flash, if bytes to it go through unchanged from now on.
    @inline(__always) func receiver(of lines: Int, bank: Int, onBothEdges: Bool) -> SerialFlash? {
        guard isListening, path.carries(BankLines.mask(lines), of: bank), let flash,
            flash.canReceive(on: lines, onBothEdges: onBothEdges)
        else { return nil }
        return flash
    }
    /// The flash, if bytes from it go through unchanged and undisturbed from now on.
    @inline(__always) func transmitter(_ command: SerialCommand, bank: Int) -> SerialFlash? {
        let (lines, onBothEdges) = (command.dataLines, command.isDoubleRate)
        // Half a clock later is another bit where both edges bring one.
        guard isListening, noiseInterval == nil, !(onBothEdges && command.samplesLater),
            path.carries(BankLines.sampled(lines), of: bank), let flash,
            flash.canTransmit(on: lines, onBothEdges: onBothEdges)
        else { return nil }
        return flash
    }

    func sendByte(_ byte: UInt8, lines: Int, bank: Int, onBothEdges: Bool) {
        if let flash = receiver(of: lines, bank: bank, onBothEdges: onBothEdges) {
            flash.receive(byte)
        } else {
            send(UInt32(byte), bits: 8, lines: lines, banks: BankSet(bank: bank), onBothEdges: onBothEdges)
        }
    }
    /// A byte as the controller samples it: IO1 alone, IO0 and IO1, or all four.
    ///
    /// A single-rate output changes on falling edges, so one who samples both edges takes each level twice; of a double-rate
    /// one, who samples once in a clock takes every other bit.
    func receiveByte(_ command: SerialCommand, bank: Int, at now: Picoseconds) -> UInt8 {
        guard isListening, let flash else { return sampleByte(command, bank, of: nil) }
        flash.now = now
        if let flash = transmitter(command, bank: bank) { return flash.transmit() }
        return disturbed(sampleByte(command, bank, of: flash))
    }

    /// Clock by clock; without a flash that answers, what the lines rest at.
    private func sampleByte(_ command: SerialCommand, _ bank: Int, of flash: SerialFlash?) -> UInt8 {
        let lines = command.dataLines
        let drive = BankLines(reading: lines)
        let atChip = chipLevels(from: drive, of: BankSet(bank: bank))
        func clock() -> (rising: UInt8, falling: UInt8) {
            let answer = flash?.clock(atChip, atChip) ?? .released
            return (
                levels(at: bank, from: drive, answer: answer.rising),
                levels(at: bank, from: drive, answer: answer.falling)
            )
        }
        var value: UInt8 = 0
        func take(_ levels: UInt8) {
            let bits = lines == 1 ? levels >> 1 & 1 : levels & BankLines.mask(lines)
            value = value << UInt8(lines) | bits
        }
        guard command.isDoubleRate else {
            for _ in 0..<8 / lines {
                let levels = clock()
                take(command.samplesLater ? levels.falling : levels.rising)
            }
            return value
        }
        for _ in 0..<4 / lines {
            // RM0399 wants SSHIFT to be 0 here: the samples are those of the next edge.
            let first = command.samplesLater ? carried ?? clock().falling : nil
            let levels = clock()
            take(first ?? levels.rising)
            take(first == nil ? levels.falling : levels.rising)
            carried = command.samplesLater ? levels.falling : nil
        }
        return value
    }
    private func disturbed(_ byte: UInt8) -> UInt8 {
        guard let noiseInterval else { return byte }
        let chance = random.next()
        guard chance % noiseInterval == 0 else { return byte }
        return byte ^ 1 << UInt8(chance >> 40 & 7)
    }

    // MARK: Levels

    @inline(__always) private func chipLevels(from drive: BankLines, of banks: BankSet) -> UInt8 {
        path.isCrossed
            ? connection.chipLevels(from: drive, of: banks, rest: path.rest)
            : path.chipLevels(from: drive, of: banks)
    }
    private func levels(at bank: Int, from drive: BankLines, answer: LineLevels) -> UInt8 {
        let open: UInt8 = openLevel ? 0xF : 0
        return path.isCrossed
            ? connection.levels(at: bank, from: drive, answer: answer, open: open)
            : path.levels(at: bank, from: drive, answer: answer, open: open)
    }
}
