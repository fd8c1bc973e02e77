// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A small assembler: firmware for the simulated cores, written down as what it does.
///
/// A program starts with its vector table; what is not set there sleeps for ever. Constants go through R0 (value) and R1
/// (address).
struct ThumbProgram {
    /// A place in the code.
    struct Label { fileprivate var offset: Int }

    private static let tableSize = 0x400
    private let base: UInt32
    private let stack: UInt32
    private var code: [UInt16] = []
    private var vectors: [Int: Label] = [:]
    private let sleep: Label

    init(at base: UInt32, stack: UInt32) {
        (self.base, self.stack) = (base, stack)
        sleep = Label(offset: 0)
        sleepForever()
        handler(1)
    }

    var here: Label { Label(offset: 2 * code.count) }
    func address(of label: Label) -> UInt32 { base + UInt32(Self.tableSize + label.offset) }
    /// Code from here on handles exception `number`; 1 is reset.
    mutating func handler(_ number: Int) { vectors[number] = here }

    /// The image to be programmed at `base`.
    var bytes: [UInt8] {
        var words = [stack]
        for number in 1..<Self.tableSize / 4 { words.append(address(of: vectors[number] ?? sleep) | 1) }
        var bytes = words.flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
        }
        for halfword in code { bytes += [UInt8(truncatingIfNeeded: halfword), UInt8(halfword >> 8)] }
        return bytes
    }

    // MARK: Instructions

    mutating func emit(_ halfwords: UInt16...) { code += halfwords }
    /// MOVW and MOVT.
    mutating func load(_ register: UInt16, _ value: UInt32) {
        for (opcode, half) in [(UInt16(0xF240), value & 0xFFFF), (0xF2C0, value >> 16)] {
            let half = UInt16(half)
            emit(
                opcode | half >> 12 | (half >> 11 & 1) << 10,
                (half >> 8 & 7) << 12 | register << 8 | half & 0xFF)
        }
    }
    /// STR value, [address].
    mutating func store(_ value: UInt32, at address: UInt32) {
        load(0, value)
        load(1, address)
        emit(0x6008)
    }
    /// R0 = [address].
    mutating func read(_ address: UInt32) {
        load(1, address)
        emit(0x6808)
    }
    /// Sets bits of a register.
    mutating func set(_ bits: UInt32, at address: UInt32) {
        read(address)
        load(2, bits)
        // ORRS r0, r2; STR r0, [r1]
        emit(0x4310, 0x6008)
    }
    mutating func branch(to target: Label) {
        let distance = (target.offset - (here.offset + 4)) / 2
        emit(0xE000 | UInt16(truncatingIfNeeded: distance) & 0x7FF)
    }
    mutating func waitForInterrupt() { emit(0xBF30) }
    mutating func sleepForever() {
        let loop = here
        waitForInterrupt()
        branch(to: loop)
    }
    /// BX lr.
    mutating func returnFromHandler() { emit(0x4770) }
    /// Starts SysTick with its exception, every `clocks` core clocks.
    mutating func startTick(every clocks: UInt32) {
        store(clocks - 1, at: 0xE000_E014)
        store(0, at: 0xE000_E018)
        store(7, at: 0xE000_E010)
    }
}
