// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The board's traces between the QUADSPI pins and the flash: one chip select, one clock, four lines.
///
/// Levels are carried clock by clock; whole bytes take a short cut when both ends agree on lines and phase, which
/// gives the same bits.
final class SerialBus {
    /// Nil: no part is fitted.
    let flash: SerialFlash?
    /// What an undriven line reads as: pulled up on this board; low through the part's protection diodes when it
    /// has no supply.
    let floatLevel: UInt8
    /// Which signals reach the flash's pins now; set before each selection.
    var connection = PinConnection.none
    private(set) var isSelected = false
    /// Read data is disturbed: how often, in bytes between two wrong ones (1 = each); nil is a clean line.
    var noiseInterval: UInt64?
    private var random: SeededGenerator

    init(flash: SerialFlash?, floatLevel: UInt8 = 0xF, seed: UInt64 = 1) {
        (self.flash, self.floatLevel) = (flash, floatLevel)
        random = SeededGenerator(seed: seed ^ 0x5EE_D1E5)
    }

    /// The next moment at which the flash can answer differently to the same command; nil if only a command can
    /// change that.
    var nextChange: Picoseconds? { flash?.nextChange }

    func select(at now: Picoseconds) {
        guard let flash else { return }
        flash.now = max(flash.now, now)
        guard connection.isClockConnected, connection.isSelectConnected else { return }
        isSelected = true
        flash.select()
    }
    func deselect(at now: Picoseconds) {
        guard isSelected, let flash else { return }
        isSelected = false
        flash.now = max(flash.now, now)
        flash.deselect()
    }

    /// Chip select rises in the middle of a phase: the flash has not seen all that was handed to it.
    func cancel(at now: Picoseconds) {
        guard isSelected, let flash else { return }
        isSelected = false
        flash.now = max(flash.now, now)
        flash.phase = .deselected
    }

    // MARK: Clocks

    /// Sends `bits` bits of `value`, most significant first.
    ///
    /// With `onBothEdges` the flash sees those of the rising edges only: it has no double-rate instructions.
    func send(_ value: UInt32, bits: Int, lines: Int, onBothEdges: Bool = false) {
        guard isSelected else { return }
        let step = onBothEdges ? 2 * lines : lines
        for left in stride(from: bits - lines, through: 0, by: -step) {
            // A single line goes out on IO0 and comes back on IO1.
            _ = clock(Self.levels(value >> UInt32(left), lines), released: lines == 1 ? 2 : 0)
        }
    }
    /// Clocks during which the controller drives no data line.
    func idle(clocks: Int, dataLines: Int) {
        guard isSelected else { return }
        for _ in 0..<clocks { _ = clock(Self.levels(.max, dataLines), released: Self.released(dataLines)) }
    }

    func sendByte(_ byte: UInt8, lines: Int, onBothEdges: Bool) {
        guard isSelected, let flash else { return }
        if !onBothEdges, connection.lines & Self.dataMask(lines) == Self.dataMask(lines),
            flash.canReceive(on: lines)
        {
            flash.receive(byte)
        } else {
            send(UInt32(byte), bits: 8, lines: lines, onBothEdges: onBothEdges)
        }
    }
    /// A byte as the controller samples it: IO1 alone, IO0 and IO1, or all four.
    ///
    /// The flash changes its outputs on falling edges, so one who samples both edges takes each level twice.
    func receiveByte(lines: Int, onBothEdges: Bool, at now: Picoseconds) -> UInt8 {
        guard isSelected, let flash else { return floatLevel == 0 ? 0 : 0xFF }
        flash.now = now
        let sampled = lines == 1 ? 2 : Self.dataMask(lines)
        let byte: UInt8
        if !onBothEdges, connection.lines & sampled == sampled, flash.canTransmit(on: lines) {
            byte = flash.transmit()
        } else {
            byte = sampleByte(lines, onBothEdges)
        }
        return noiseInterval == nil ? byte : disturbed(byte)
    }

    private func sampleByte(_ lines: Int, _ onBothEdges: Bool) -> UInt8 {
        var value: UInt32 = 0
        var levels: UInt8 = 0
        for sample in 0..<8 / lines {
            if !onBothEdges || sample & 1 == 0 {
                levels = clock(Self.levels(.max, lines), released: Self.released(lines))
            }
            let bits = lines == 1 ? levels >> 1 & 1 : levels & Self.dataMask(lines)
            value = value << UInt32(lines) | UInt32(bits)
        }
        return UInt8(truncatingIfNeeded: value)
    }
    private func disturbed(_ byte: UInt8) -> UInt8 {
        let chance = random.next()
        guard let noiseInterval, chance % noiseInterval == 0 else { return byte }
        return byte ^ 1 << UInt8(chance >> 40 & 7)
    }

    /// One clock: `released` lines are not driven by the controller.
    ///
    /// Gives the levels on the lines.
    private func clock(_ levels: UInt8, released: UInt8) -> UInt8 {
        guard let flash else { return floatLevel }
        let driven = levels & ~released | floatLevel & released
        let answer = flash.clock(driven & connection.lines | floatLevel & ~connection.lines)
        let taken = answer.driven & connection.lines
        return driven & ~taken | answer.levels & taken
    }

    private static func released(_ lines: Int) -> UInt8 { lines == 4 ? 0xF : 3 }
    static func dataMask(_ lines: Int) -> UInt8 { lines == 4 ? 0xF : lines == 2 ? 3 : 1 }
    /// What the controller drives: with fewer than four lines in use IO2 is held low and IO3 high (RM0399, QUADSPI
    /// signal interface).
    private static func levels(_ value: UInt32, _ lines: Int) -> UInt8 {
        let bits = UInt8(truncatingIfNeeded: value) & dataMask(lines)
        return lines == 4 ? bits : bits | 8
    }
}

/// Which QUADSPI signals of one bank arrive at the flash.
struct PinConnection: Equatable {
    var isClockConnected: Bool
    var isSelectConnected: Bool
    /// Bit n: IOn.
    var lines: UInt8

    static let none = PinConnection(isClockConnected: false, isSelectConnected: false, lines: 0)
}
