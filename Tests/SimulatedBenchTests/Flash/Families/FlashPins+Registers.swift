// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

@testable import SimulatedBench

extension FlashPins {
    static func of(_ name: String, contents: [UInt8] = []) -> FlashPins {
        FlashPins(.named(name), contents: contents)
    }
    /// 32 address bits.
    static func longAddress(_ value: Int) -> [UInt8] {
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    /// One byte that an opcode alone gives.
    func register(_ opcode: UInt8) -> UInt8 { read([opcode], 1)[0] }
    func enable() { send([0x06]) }

    /// Write enable, the instruction, and the time until WIP (SR1 bit 0) falls.
    @discardableResult
    func perform(_ bytes: [UInt8]) -> Picoseconds {
        enable()
        send(bytes)
        return waitWhileBusy()
    }

    /// A read with address on `lines`, mode bits and dummy clocks.
    func fetch(
        _ opcode: UInt8?, _ address: [UInt8], mode: UInt8? = nil, dummy: Int = 0, lines: (Int, Int) = (1, 1),
        opcodeLines: Int = 1, count: Int = 4
    ) -> [UInt8] {
        select()
        defer { deselect() }
        if let opcode { shiftOut([opcode], lines: opcodeLines) }
        shiftOut(address, lines: lines.0)
        if let mode { shiftOut([mode], lines: lines.0) }
        for _ in 0..<dummy { clock(0xF) }
        return shiftIn(count, lines: lines.1).map { $0 ?? 0xFF }
    }
    /// Everything on four lines.
    func sendQuad(_ bytes: [UInt8]) { send(bytes, lines: 4) }
    func readQuad(_ bytes: [UInt8], _ count: Int, dummy: Int = 0) -> [UInt8] {
        fetch(nil, bytes, dummy: dummy, lines: (4, 4), count: count)
    }
}
