// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The traces between the part's pins and one flash chip, as the board's file gives them.
struct ChipWiring: Hashable, Sendable {
    /// The bank of the QUADSPI the chip belongs to, 1 or 2.
    var bank: Int
    /// Nil: the chip's pin leads nowhere.
    var select: PinName?
    var clock: PinName?
    /// IO0...IO3.
    var lines: [PinName?] = [nil, nil, nil, nil]
    /// Pins with a pull-up resistor on the board, which is stronger than any inside the part.
    var pullUps: Set<PinName> = []
    /// Of this chip.
    var faults: [TraceFault] = []

    /// What reaches the chip while the part's pins are as `multiplexer` has them.
    func connection(_ multiplexer: PinMultiplexer, openLevel: Bool) -> PinConnection {
        PinConnection(
            select: selectSource(multiplexer, openLevel), hasClock: hasClock(multiplexer),
            lines: lines.indices.map { lineSource($0, multiplexer, openLevel) }, tied: tied)
    }

    private func fault(_ signal: TraceFault.Signal) -> TraceFault.Kind? {
        faults.first { $0.signal == signal && $0.kind != .loose }?.kind
    }
    /// Lines that are shorted to each other, by their bits.
    private var tied: UInt8 {
        faults.reduce(0) { mask, fault in
            guard case (.data(let line), .tied(let other)) = (fault.signal, fault.kind) else { return mask }
            return mask | 1 << UInt8(line) | 1 << UInt8(other)
        }
    }

    private func selectSource(_ multiplexer: PinMultiplexer, _ openLevel: Bool) -> PinConnection.Select {
        switch fault(.select) {
        case .low: return .level(false)
        case .high: return .level(true)
        case .open: return .level(openLevel)
        default: break
        }
        guard let select else { return .level(openLevel) }
        switch multiplexer.drive(of: select) {
        case .signal(.select(let bank), _): return .bank(bank)
        case .signal(_, let pull), .released(let pull): return .level(level(select, pull, openLevel))
        case .level(let level): return .level(level)
        }
    }
    private func hasClock(_ multiplexer: PinMultiplexer) -> Bool {
        guard fault(.clock) == nil, let clock, case .signal(.clock, _) = multiplexer.drive(of: clock) else {
            return false
        }
        return true
    }
    private func lineSource(_ index: Int, _ multiplexer: PinMultiplexer, _ openLevel: Bool)
        -> PinConnection.Line
    {
        guard let pin = lines[index] else { return .released(openLevel) }
        if let parted = partedLine(index, pin, multiplexer, openLevel) { return parted }
        switch multiplexer.drive(of: pin) {
        case .signal(.data(let bank, let line), let pull):
            return .signal(bank: bank, line: line, rest: level(pin, pull, openLevel))
        case .signal(_, let pull), .released(let pull): return .released(level(pin, pull, openLevel))
        case .level(let level): return .driven(level)
        }
    }
    /// A line whose ends do not follow each other; nil where it is whole.
    private func partedLine(
        _ index: Int, _ pin: PinName, _ multiplexer: PinMultiplexer, _ openLevel: Bool
    ) -> PinConnection.Line? {
        let kind = fault(.data(index))
        guard kind == .open || kind == .low || kind == .high else { return nil }
        guard case .signal(.data(let bank, let line), let pull) = multiplexer.drive(of: pin) else {
            return kind == .open ? .released(openLevel) : .driven(kind == .high)
        }
        // What is left of an open trace follows the part's own resistor.
        return kind == .open
            ? .parted(bank: bank, line: line, controller: pull ?? true, chip: openLevel)
            : .parted(bank: bank, line: line, controller: kind == .high, chip: kind == .high)
    }

    /// What board and chip make of a trace that leads to one of the part's pins; nil where they leave it alone.
    func outside(_ pin: PinName, _ multiplexer: PinMultiplexer, openLevel: Bool) -> TraceLevel? {
        guard let signal = signal(of: pin) else { return nil }
        switch fault(signal) {
        case .low: return .short(false)
        case .high: return .short(true)
        case .open: return nil
        case .tied, .loose, nil: break
        }
        if case .data(let line) = signal, tied >> UInt8(line) & 1 != 0 {
            for (other, place) in lines.enumerated() where other != line && tied >> UInt8(other) & 1 != 0 {
                if let place, case .level(let level) = multiplexer.drive(of: place) {
                    return .resistor(level)
                }
            }
        }
        if !openLevel { return .resistor(false) }
        return pullUps.contains(pin) ? .resistor(true) : nil
    }

    private func signal(of pin: PinName) -> TraceFault.Signal? {
        if pin == clock { return .clock }
        if pin == select { return .select }
        return lines.firstIndex(of: pin).map { .data($0) }
    }

    /// A trace nobody drives: the board's resistor wins over the part's.
    ///
    /// Without either it is taken to stay high. The diodes of a chip without supply pull it low whatever the resistors.
    private func level(_ pin: PinName, _ pull: Bool?, _ openLevel: Bool) -> Bool {
        openLevel && (pullUps.contains(pin) || pull ?? true)
    }
}
