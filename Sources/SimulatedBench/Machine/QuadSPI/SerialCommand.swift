// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One command as CCR describes it: what goes out in front of the data, and how the data goes.
struct SerialCommand {
    /// CCR and ABR.
    private var communication: UInt32 = 0
    private var alternate: UInt32 = 0
    /// The serial clock, and the time of ``bytesAtOnce`` bytes.
    private(set) var bitTime: Picoseconds = 1
    private(set) var unitTime: Picoseconds = 8
    /// In dual-flash mode every clock carries data of both chips.
    private(set) var bytesAtOnce = 1
    private(set) var dataLines = 1
    /// DDRM: everything behind the instruction goes on both edges.
    ///
    /// What DHHC does, moving outputs by a quarter of a clock, no
    /// part here notices.
    private(set) var isDoubleRate = false
    /// SSHIFT: inputs are sampled half a clock later, at the next edge.
    private(set) var samplesLater = false
    /// SIOO leaves it out from the second command on.
    private var sendsInstruction = true

    init() {}

    /// `clockPeriod` is that of the serial clock.
    init(_ registers: QuadSPIRegisters, clockPeriod: Picoseconds, hasSentInstruction: Bool) {
        (communication, alternate) = (registers.communication, registers.alternate)
        isDoubleRate = communication >> 31 != 0
        samplesLater = registers.samplesLater
        sendsInstruction = communication >> 28 & 1 == 0 || !hasSentInstruction
        bytesAtOnce = registers.isDualFlash ? 2 : 1
        dataLines = max(1, Self.lines(communication >> 24))
        bitTime = clockPeriod
        unitTime = max(1, clockPeriod * Picoseconds(8 / dataLines) / (isDoubleRate ? 2 : 1))
    }

    /// The time until `count` more bytes are across.
    func time(forBytes count: UInt64) -> Picoseconds {
        bytesAtOnce == 1 ? count &* unitTime : (count &+ 1) / 2 &* unitTime
    }

    /// Clocks before the data phase.
    var headerClocks: Int {
        var clocks = dummyClocks
        if sendsInstruction { clocks += Self.clocks(bytes: 1, mode: communication >> 8) }
        let further =
            Self.clocks(bytes: addressBytes, mode: communication >> 10)
            + Self.clocks(bytes: alternateBytes, mode: communication >> 14)
        return clocks + (isDoubleRate ? further / 2 : further)
    }
    private var dummyClocks: Int { Int(communication >> 18 & 31) }
    private var addressBytes: Int { Int(communication >> 12 & 3) + 1 }
    private var alternateBytes: Int { Int(communication >> 16 & 3) + 1 }

    /// Sends what precedes the data.
    ///
    /// In dual-flash mode both chips get the same address, half of the one meant: each holds every other byte.
    func sendHeader(address: UInt32, over wires: FlashWires) {
        if sendsInstruction {
            send(communication & 0xFF, bytes: 1, mode: communication >> 8, onBothEdges: false, wires)
        }
        let place = bytesAtOnce == 2 ? address >> 1 : address
        send(place, bytes: addressBytes, mode: communication >> 10, onBothEdges: isDoubleRate, wires)
        send(alternate, bytes: alternateBytes, mode: communication >> 14, onBothEdges: isDoubleRate, wires)
        wires.idle(clocks: dummyClocks, dataLines: dataLines)
    }
    private func send(_ value: UInt32, bytes: Int, mode: UInt32, onBothEdges: Bool, _ wires: FlashWires) {
        let lines = Self.lines(mode)
        if lines > 0 { wires.send(value, bits: 8 * bytes, lines: lines, onBothEdges: onBothEdges) }
    }

    private static func clocks(bytes: Int, mode: UInt32) -> Int {
        let lines = lines(mode)
        return lines == 0 ? 0 : 8 * bytes / lines
    }
    /// IMODE, ADMODE, ABMODE or DMODE: 0, 1, 2 or 4 lines.
    private static func lines(_ mode: UInt32) -> Int {
        switch mode & 3 {
        case 0: 0
        case 1: 1
        case 2: 2
        default: 4
        }
    }
    /// 03h and 13h, which most chips answer at a lower clock only.
    var isPlainRead: Bool {
        let opcode = communication & 0xFF
        return (opcode == 0x03 || opcode == 0x13) && communication >> 8 & 3 != 0
    }
}
