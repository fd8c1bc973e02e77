// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// DMA1 or DMA2: memory to memory, and circular or single transfers on a timer's request.
///
/// It is a bus master of its own: halting the cores does not stop it.
final class DirectMemoryAccess: WordPeripheral {
    /// Where its accesses go.
    struct Port {
        var read: (_ address: UInt32, _ width: BusWidth, _ now: Picoseconds) -> UInt32?
        var write: (_ address: UInt32, _ width: BusWidth, _ value: UInt32, _ now: Picoseconds) -> Bool
    }
    var port: Port?
    /// DMAMUX1's request id of each stream.
    var request: ((_ stream: Int) -> UInt32)?

    private struct Stream {
        var control: UInt32 = 0
        var count: UInt32 = 0
        var peripheral: UInt32 = 0
        var memory: UInt32 = 0
        var memory1: UInt32 = 0
        var fifo: UInt32 = 0x21
        /// Items of the present round already moved, and its length.
        var done: UInt32 = 0
        var total: UInt32 = 0
        /// FEIF, DMEIF, TEIF, HTIF, TCIF.
        var flags: UInt32 = 0

        var isEnabled: Bool { control & 1 != 0 }
    }
    private var streams = [Stream](repeating: Stream(), count: 8)
    private static let flagShifts: [UInt32] = [0, 6, 16, 22]

    override func reset() { streams = Array(repeating: Stream(), count: 8) }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        switch offset {
        case 0x00, 0x04:
            let first = Int(offset)
            return (0..<4).reduce(0) { $0 | streams[first + $1].flags << Self.flagShifts[$1] }
        case 0x10..<0xD0:
            let stream = streams[Int(offset - 0x10) / 0x18]
            switch (offset - 0x10) % 0x18 {
            case 0x00: return stream.control
            case 0x04: return stream.count
            case 0x08: return stream.peripheral
            case 0x0C: return stream.memory
            case 0x10: return stream.memory1
            default: return stream.fifo
            }
        default: return 0
        }
    }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        switch offset {
        case 0x08, 0x0C:
            for index in 0..<4 {
                streams[Int(offset) - 8 + index].flags &= ~(value >> Self.flagShifts[index] & 0x3D)
            }
        case 0x10..<0xD0:
            let index = Int(offset - 0x10) / 0x18
            writeStream(&streams[index], (offset - 0x10) % 0x18, value, lanes: lanes)
            if (offset - 0x10) % 0x18 == 0, streams[index].isEnabled { begin(index, at: access.now) }
        default: break
        }
    }
    /// A running stream takes nothing but its control register.
    private func writeStream(_ stream: inout Stream, _ offset: UInt32, _ value: UInt32, lanes: UInt32) {
        switch offset {
        case 0x00: stream.control = merge(stream.control, value, lanes: lanes) & 0x01EF_FFFF
        case _ where stream.isEnabled: break
        case 0x04: stream.count = merge(stream.count, value, lanes: lanes) & 0xFFFF
        case 0x08: stream.peripheral = merge(stream.peripheral, value, lanes: lanes)
        case 0x0C: stream.memory = merge(stream.memory, value, lanes: lanes)
        case 0x10: stream.memory1 = merge(stream.memory1, value, lanes: lanes)
        default: stream.fifo = merge(stream.fifo, value, lanes: lanes)
        }
    }

    // MARK: Transfers

    private func begin(_ index: Int, at now: Picoseconds) {
        guard streams[index].total == 0 || streams[index].done == 0 else { return }
        (streams[index].done, streams[index].total) = (0, streams[index].count)
        // DIR 10: memory to memory needs no request.
        guard streams[index].control >> 6 & 3 == 2 else { return }
        while streams[index].isEnabled, moveItem(index, at: now) {}
    }
    /// A request of the peripheral with DMAMUX id `identifier`.
    func serve(_ identifier: UInt32, at now: Picoseconds) {
        for index in streams.indices
        where streams[index].isEnabled && streams[index].control >> 6 & 3 < 2 && request?(index) == identifier
        {
            _ = moveItem(index, at: now)
        }
    }

    private func moveItem(_ index: Int, at now: Picoseconds) -> Bool {
        var stream = streams[index]
        defer { streams[index] = stream }
        let width: BusWidth = [.byte, .halfword, .word][Int(min(stream.control >> 11 & 3, 2))]
        guard let port, stream.count > 0 else { return false }
        let step = stream.done &* width.rawValue
        let peripheral = stream.peripheral &+ (stream.control >> 9 & 1 != 0 ? step : 0)
        let memory = stream.memory &+ (stream.control >> 10 & 1 != 0 ? step : 0)
        let isFromMemory = stream.control >> 6 & 3 == 1
        let (source, target) = isFromMemory ? (memory, peripheral) : (peripheral, memory)
        guard let value = port.read(source, width, now), port.write(target, width, value, now) else {
            stream.flags |= 8
            stream.control &= ~1
            return false
        }
        stream.done += 1
        stream.count -= 1
        guard stream.count == 0 else { return true }
        stream.flags |= 0x20
        (stream.done, stream.count) = (0, stream.control >> 8 & 1 != 0 ? stream.total : 0)
        if stream.count == 0 { (stream.control, stream.total) = (stream.control & ~1, 0) }
        return stream.count > 0
    }
}
