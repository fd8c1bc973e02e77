// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// All traces between the QUADSPI and the flash chips of the board, as the controller uses them.
///
/// Every chip that is selected gets every clock; what differs is which bank's lines it is on.
final class FlashWires {
    /// In the order of their banks.
    let chips: [SerialBus]
    private let multiplexer: PinMultiplexer
    /// Banks whose NCS is low.
    private var banks: BankSet = []
    /// The bank that data comes from, the first one of both.
    private var bank = 1
    /// The chip on the lines of ``bank``, and in dual-flash mode the one on those of bank 2.
    private var first: SerialBus?
    private var second: SerialBus?
    /// A chip listens to commands of a bank whose lines are not its own.
    private var hasBystanders = false

    init(_ chips: [SerialBus], _ multiplexer: PinMultiplexer) {
        (self.chips, self.multiplexer) = (chips, multiplexer)
        pinsChanged(at: nil)
    }

    /// The next moment at which a chip can answer differently to the same command; nil if only a command can change
    /// that.
    var nextChange: Picoseconds? {
        var next: Picoseconds?
        for chip in chips {
            if let change = chip.flash?.nextChange { next = min(next ?? .max, change) }
        }
        return next
    }

    /// What boards and chips make of a trace that leads to one of the part's pins; nil where they leave it alone.
    func outside(_ pin: PinName) -> TraceLevel? {
        for chip in chips {
            if let level = chip.wiring.outside(pin, multiplexer, openLevel: chip.openLevel) { return level }
        }
        return nil
    }

    /// Pins got other functions, levels or pulls; nil: in a reset.
    func pinsChanged(at now: Picoseconds?) {
        for chip in chips { chip.reconnect(multiplexer, banks: banks, at: now) }
        assign()
    }

    // MARK: A command

    /// NCS of `banks` falls.
    func select(_ banks: BankSet, at now: Picoseconds) {
        self.banks = banks
        bank = banks.contains(.first) ? 1 : 2
        for chip in chips { chip.follow(banks, at: now) }
        assign()
    }
    func deselect(at now: Picoseconds) {
        banks = []
        for chip in chips { chip.follow([], at: now) }
    }
    /// NCS rises in the middle of a phase: the chips have not seen all that was handed to them.
    func cancel(at now: Picoseconds) {
        for chip in chips { chip.cancel(at: now) }
    }

    /// Which chips are on the lines in use.
    private func assign() {
        (first, second, hasBystanders) = (nil, nil, false)
        for chip in chips {
            if chip.path.bank == bank {
                first = chip
            } else if banks == .both, chip.path.bank == 2 {
                second = chip
            } else if chip.isListening {
                hasBystanders = true
            }
        }
    }

    /// The same bits for each of the banks selected.
    func send(_ value: UInt32, bits: Int, lines: Int, onBothEdges: Bool) {
        for chip in chips {
            chip.send(value, bits: bits, lines: lines, banks: banks, onBothEdges: onBothEdges)
        }
    }
    func idle(clocks: Int, dataLines: Int) {
        for chip in chips { chip.idle(clocks: clocks, dataLines: dataLines, banks: banks) }
    }

    // MARK: Data

    /// Takes `count` bytes off the lines into `fifo`; `time` goes to the end of the last one.
    ///
    /// In dual-flash mode the same clocks bring a byte from each bank.
    func receive(
        _ count: UInt64, _ command: SerialCommand, into fifo: inout TransferFIFO, _ time: inout Picoseconds
    ) {
        let step = command.unitTime
        let isDual = command.bytesAtOnce == 2
        guard let source = first?.transmitter(command, bank: bank),
            !hasBystanders
        else { return receiveSlowly(count, command, into: &fifo, &time) }
        if !isDual {
            for _ in 0..<count {
                time &+= step
                source.now = time
                fifo.push(source.transmit())
            }
        } else if let other = second?.transmitter(command, bank: 2) {
            for _ in 0..<count / 2 {
                time &+= step
                (source.now, other.now) = (time, time)
                fifo.push(source.transmit())
                fifo.push(other.transmit())
            }
        } else {
            receiveSlowly(count, command, into: &fifo, &time)
        }
    }
    private func receiveSlowly(
        _ count: UInt64, _ command: SerialCommand, into fifo: inout TransferFIFO, _ time: inout Picoseconds
    ) {
        let places = command.bytesAtOnce == 2 ? [(first, 1), (second, 2)] : [(first, bank)]
        for _ in 0..<count / UInt64(places.count) {
            time &+= command.unitTime
            for (chip, bank) in places {
                fifo.push(chip?.receiveByte(command, bank: bank, at: time) ?? 0xFF)
            }
            passBy(command.dataLines, command.isDoubleRate)
        }
    }

    /// Puts `count` bytes of `fifo` on the lines; `time` goes to the end of the last one.
    func send(
        _ count: UInt64, _ command: SerialCommand, from fifo: inout TransferFIFO, _ time: inout Picoseconds
    ) {
        let (lines, onBothEdges, step) = (command.dataLines, command.isDoubleRate, command.unitTime)
        let isDual = command.bytesAtOnce == 2
        guard let sink = first?.receiver(of: lines, bank: bank, onBothEdges: onBothEdges), !hasBystanders
        else { return sendSlowly(count, command, from: &fifo, &time) }
        if !isDual {
            for _ in 0..<count { sink.receive(fifo.pop()) }
            time &+= count &* step
        } else if let other = second?.receiver(of: lines, bank: 2, onBothEdges: onBothEdges) {
            for _ in 0..<count / 2 {
                sink.receive(fifo.pop())
                other.receive(fifo.pop())
            }
            time &+= count / 2 &* step
        } else {
            sendSlowly(count, command, from: &fifo, &time)
        }
    }
    private func sendSlowly(
        _ count: UInt64, _ command: SerialCommand, from fifo: inout TransferFIFO, _ time: inout Picoseconds
    ) {
        let (lines, onBothEdges) = (command.dataLines, command.isDoubleRate)
        let places = command.bytesAtOnce == 2 ? [(first, 1), (second, 2)] : [(first, bank)]
        for _ in 0..<count / UInt64(places.count) {
            time &+= command.unitTime
            for (chip, bank) in places {
                let byte = fifo.pop()
                chip?.sendByte(byte, lines: lines, bank: bank, onBothEdges: onBothEdges)
            }
            passBy(lines, onBothEdges)
        }
    }

    /// The clocks of a byte, for chips whose lines nobody drives meanwhile.
    private func passBy(_ lines: Int, _ onBothEdges: Bool) {
        guard hasBystanders else { return }
        let clocks = 8 / lines / (onBothEdges ? 2 : 1)
        for chip in chips where chip.isListening && chip !== first && chip !== second {
            chip.idle(clocks: clocks, dataLines: lines, banks: [])
        }
    }
}
