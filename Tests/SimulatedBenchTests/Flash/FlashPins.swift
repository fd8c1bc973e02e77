// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

@testable import SimulatedBench

/// Somebody with his hands on the flash's pins: chip select, clock and four lines, bit by bit.
///
/// Built from the datasheet's timing diagrams; knows nothing of how the model works inside.
final class FlashPins {
    let flash: SerialFlash
    /// A clock of 50 MHz, which every instruction allows.
    static let clock: Picoseconds = 20 * .nanosecond

    init(_ flash: SerialFlash) { self.flash = flash }
    convenience init(
        _ part: FlashPart = .w25q128jvIQ, times: BenchConfiguration.BusyTimes = .typical,
        contents: [UInt8] = []
    ) {
        let flash = SerialFlash(part, busyTimes: times)
        flash.array.load(contents)
        self.init(flash)
    }

    // MARK: Clocks

    func select() { flash.select() }
    func deselect() {
        flash.deselect()
        flash.now += 50 * .nanosecond
    }
    func wait(_ duration: Picoseconds) { flash.now += duration }

    /// One clock; IO2 and IO3 are high unless driven otherwise, as pulled up on a board.
    @discardableResult
    func clock(_ levels: UInt8) -> LineLevels {
        flash.now += Self.clock
        return flash.clock(levels)
    }
    func shiftOut(_ bytes: [UInt8], lines: Int) {
        for byte in bytes {
            for step in stride(from: 8 - lines, through: 0, by: -lines) {
                let bits = byte >> UInt8(step) & (1 << UInt8(lines) - 1)
                clock(lines == 4 ? bits : bits | 0xC)
            }
        }
    }
    /// Nil where the flash drives nothing.
    func shiftIn(_ count: Int, lines: Int) -> [UInt8?] {
        let pins: UInt8 = lines == 1 ? 2 : 1 << UInt8(lines) - 1
        return (0..<count).map { _ in
            var byte: UInt8 = 0
            var isDriven = true
            for _ in 0..<8 / lines {
                let answer = clock(0xF)
                isDriven = isDriven && answer.driven == pins
                byte = byte << UInt8(lines) | (lines == 1 ? answer.levels >> 1 & 1 : answer.levels & pins)
            }
            return isDriven ? byte : nil
        }
    }

    // MARK: Instructions

    /// A whole selection on one line.
    func send(_ bytes: [UInt8], lines: Int = 1) {
        select()
        shiftOut(bytes, lines: lines)
        deselect()
    }
    /// Sends on one line, then reads on `lines`; undriven bytes read as FFh.
    func read(_ bytes: [UInt8], _ count: Int, lines: Int = 1) -> [UInt8] {
        select()
        shiftOut(bytes, lines: 1)
        defer { deselect() }
        return shiftIn(count, lines: lines).map { $0 ?? 0xFF }
    }

    func status(_ number: Int = 1) -> UInt8 { read([[0x05, 0x35, 0x15][number - 1]], 1)[0] }
    var isBusy: Bool { status() & 1 != 0 }
    var isWriteEnabled: Bool { status() & 2 != 0 }

    /// Write enable, the instruction, and the wait for its end; gives how long that took.
    @discardableResult
    func change(_ body: () -> Void) -> Picoseconds {
        send([0x06])
        body()
        return waitWhileBusy()
    }
    /// From now until BUSY falls, to a microsecond.
    @discardableResult
    func waitWhileBusy(step: Picoseconds = 1 * .microsecond) -> Picoseconds {
        let start = flash.now
        while isBusy {
            if let change = flash.nextChange, change > flash.now {
                flash.now = change
            } else {
                flash.now += step
            }
            guard flash.now - start < 1000 * .second else { break }
        }
        return flash.now - start
    }
}

extension FlashPins {
    /// 24 address bits.
    static func address(_ value: Int) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 8),
            UInt8(truncatingIfNeeded: value),
        ]
    }
}
