// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Testing

@testable import SimulatedBench

/// Busy times, suspending, resetting and power-down (W25Q128JV datasheet rev F §8.2 and §9.6).
@Suite struct `Flash operations` {
    /// Typical and longest duration of each, in microseconds.
    struct Duration: Sendable, CustomTestStringConvertible {
        var bytes: [UInt8]
        var typical: Picoseconds
        var maximum: Picoseconds
        var testDescription: String { String(bytes[0], radix: 16) + "h, \(bytes.count) bytes" }
    }
    static let durations: [Duration] = [
        Duration(bytes: [0x02, 0, 0, 0] + Array(repeating: 0, count: 256), typical: 400, maximum: 3_000),
        Duration(bytes: [0x02, 0, 0, 0, 0], typical: 30, maximum: 50),
        Duration(bytes: [0x20, 0, 0, 0], typical: 45_000, maximum: 400_000),
        Duration(bytes: [0x52, 0, 0, 0], typical: 120_000, maximum: 1_600_000),
        Duration(bytes: [0xD8, 0, 0, 0], typical: 150_000, maximum: 2_000_000),
        Duration(bytes: [0xC7], typical: 40_000_000, maximum: 200_000_000),
        Duration(bytes: [0x01, 0x00], typical: 10_000, maximum: 15_000),
    ]

    @Test(arguments: durations) func `take their typical, longest or a random time`(_ row: Duration) {
        func time(_ times: BenchConfiguration.BusyTimes, seed: UInt64 = 1) -> Picoseconds {
            let pins = FlashPins(SerialFlash(.w25q128jvIQ, busyTimes: times, seed: seed))
            pins.send([0x06])
            pins.send(row.bytes)
            return pins.waitWhileBusy() / .microsecond
        }
        #expect(abs(Int(time(.typical)) - Int(row.typical)) <= 2)
        #expect(abs(Int(time(.maximum)) - Int(row.maximum)) <= 2)
        let random = (1...8).map { time(.random, seed: $0) }
        #expect(random.allSatisfy { $0 >= row.typical / 2 - 1 && $0 <= row.maximum + 1 })
        #expect(Set(random).count > 4)
        #expect(random == (1...8).map { time(.random, seed: $0) })
    }

    // MARK: Suspend

    let pins = FlashPins(contents: Array(repeating: 0, count: 0x2_0000))

    private func startErase() {
        pins.send([0x06])
        pins.send([0x20, 0, 0, 0])
    }
    private func suspend() {
        pins.send([0x75])
        #expect(pins.isBusy)
        pins.wait(20 * .microsecond)
    }

    @Test func `stop within tSUS and go on where they were`() {
        startErase()
        pins.wait(40 * .millisecond)
        suspend()
        #expect(pins.status(1) & 1 == 0)
        #expect(pins.status(2) == 0x82)
        pins.wait(1 * .second)
        #expect(pins.status(2) == 0x82)
        #expect(pins.read([0x03, 0x01, 0, 0], 1) == [0])
        pins.send([0x7A])
        #expect(pins.status(2) == 0x02)
        let rest = pins.waitWhileBusy()
        #expect((4...5 as ClosedRange<Picoseconds>).contains(rest / .millisecond))
        #expect(pins.read([0x03, 0, 0, 0], 1) == [0xFF])
    }
    @Test func `let other cells be programmed while an erase is suspended`() {
        startErase()
        suspend()
        pins.change { pins.send([0x02, 0x02, 0, 0, 0x55]) }
        #expect(pins.read([0x03, 0x02, 0, 0], 1) == [0x55])
        pins.change { pins.send([0x42, 0, 0x10, 0, 0x44]) }
        #expect(pins.read([0x48, 0, 0x10, 0, 0], 1) == [0x44])
        // Neither in the sector being erased, nor an erase, nor a register.
        for bytes in [[0x02, 0, 0, 0, 0], [0x20, 0x01, 0, 0], [0xC7], [0x44, 0, 0x10, 0], [0x01, 0x1C]]
            as [[UInt8]]
        {
            pins.send([0x06])
            pins.send(bytes)
            #expect(pins.status() & 1 == 0)
        }
        pins.send([0x7A])
        pins.waitWhileBusy()
        #expect(pins.read([0x03, 0, 0, 0], 1) == [0xFF])
        #expect(pins.read([0x03, 0x01, 0, 0], 1) == [0])
    }
    @Test func `suspend a program, but nothing else that runs`() {
        pins.send([0x06])
        pins.send([0x02, 0x02, 0, 0] + Array(repeating: 0x11, count: 256))
        suspend()
        #expect(pins.status(2) == 0x82)
        pins.send([0x06])
        pins.send([0x02, 0x02, 0x01, 0, 0])
        #expect(!pins.isBusy)
        pins.send([0x7A])
        pins.waitWhileBusy()
        #expect(pins.read([0x03, 0x02, 0, 0], 1) == [0x11])
        for bytes in [[0xC7], [0x01, 0], [0x44, 0, 0x10, 0]] as [[UInt8]] {
            pins.send([0x06])
            pins.send(bytes)
            pins.send([0x75])
            pins.wait(1 * .millisecond)
            #expect(pins.isBusy)
            #expect(pins.status(2) == 0x02)
            pins.waitWhileBusy()
        }
    }
    @Test func `take no suspend and no resume out of turn`() {
        pins.send([0x75])
        pins.wait(1 * .millisecond)
        #expect(pins.status(2) == 0x02)
        pins.send([0x7A])
        #expect(pins.status() == 0)
    }

    // MARK: Reset

    @Test func `end in any state of their cells when the part is reset`() {
        startErase()
        pins.send([0x66])
        pins.send([0x99])
        #expect(pins.read([0x05], 1) == [0xFF])
        pins.wait(30 * .microsecond)
        #expect(pins.status() == 0)
        let cells = pins.read([0x03, 0, 0, 0], 64)
        #expect(!cells.allSatisfy { $0 == 0 } && !cells.allSatisfy { $0 == 0xFF })
        #expect(pins.read([0x03, 0, 0x10, 0], 1) == [0])
    }
    @Test func `are not reset unless 66h comes right before 99h`() {
        pins.send([0x50])
        pins.send([0x01, 0x1C])
        pins.send([0x99])
        pins.wait(30 * .microsecond)
        #expect(pins.status() == 0x1C)
        pins.send([0x66])
        _ = pins.status()
        pins.send([0x99])
        pins.wait(30 * .microsecond)
        #expect(pins.status() == 0x1C)
        pins.send([0x66])
        pins.send([0x99])
        pins.wait(30 * .microsecond)
        #expect(pins.status() == 0)
    }
    @Test func `reset everything volatile`() {
        pins.send([0x06])
        pins.send([0x98])
        pins.change { pins.send([0x20, 0, 0, 0]) }
        pins.send([0x06])
        startErase()
        suspend()
        pins.send([0x66])
        pins.send([0x99])
        pins.wait(30 * .microsecond)
        #expect((1...3).map(pins.status) == [0, 2, 0x60])
        #expect(pins.read([0x3D, 0x12, 0, 0], 1) == [1])
        #expect(pins.read([0x9F], 3) == [0xEF, 0x40, 0x18])
    }

    // MARK: Power-down

    @Test func `rest in power-down until ABh`() {
        pins.send([0xB9])
        pins.wait(3 * .microsecond)
        #expect(pins.read([0x9F], 3) == [0xFF, 0xFF, 0xFF])
        #expect(pins.read([0x05], 1) == [0xFF])
        pins.send([0x66])
        pins.send([0x99])
        pins.wait(1 * .millisecond)
        #expect(pins.read([0x05], 1) == [0xFF])
        pins.send([0xAB])
        #expect(pins.read([0x05], 1) == [0xFF])
        pins.wait(3 * .microsecond)
        #expect(pins.read([0x9F], 3) == [0xEF, 0x40, 0x18])
        pins.send([0xB9])
        pins.wait(3 * .microsecond)
        #expect(pins.read([0xAB, 0, 0, 0], 2) == [0x17, 0x17])
        pins.wait(3 * .microsecond)
        #expect(pins.status() == 0)
    }

    // MARK: QPI

    @Test func `are those of a part with QPI where the bench was left in it`() throws {
        let fitted = try FlashPart.w25q128jvIQ.fitted(.qpi, in: .repository)
        #expect(fitted?.name == "w25q128fv")
        #expect(!FlashPart.w25q128jvIQ.hasQuadInterface)
    }
    @Test func `go on in QPI where the part has it`() {
        pins.send([0x38])
        #expect(pins.status() == 0)
        let other = FlashPins(.w25q128fv)
        other.send([0x38])
        #expect(other.status() == 0)
        other.change { other.send([0x31, 0x02]) }
        other.send([0x38])
        #expect(other.read([0x05], 1) == [0xFF])
        other.select()
        other.shiftOut([0x9F], lines: 4)
        #expect(other.shiftIn(3, lines: 4) == [0xEF, 0x60, 0x18])
        other.deselect()
        other.send([0x66], lines: 4)
        other.send([0x99], lines: 4)
        other.wait(30 * .microsecond)
        #expect(other.read([0x9F], 3) == [0xEF, 0x40, 0x18])
    }
}
