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

    /// What reaches the chip while the part's pins are as `multiplexer` has them.
    func connection(_ multiplexer: PinMultiplexer, openLevel: Bool) -> PinConnection {
        PinConnection(
            select: selectSource(multiplexer, openLevel), hasClock: hasClock(multiplexer),
            lines: lines.map { lineSource($0, multiplexer, openLevel) })
    }

    private func selectSource(_ multiplexer: PinMultiplexer, _ openLevel: Bool) -> PinConnection.Select {
        guard let select else { return .level(openLevel) }
        switch multiplexer.drive(of: select) {
        case .signal(.select(let bank), _): return .bank(bank)
        case .signal(_, let pull), .released(let pull): return .level(level(select, pull, openLevel))
        case .level(let level): return .level(level)
        }
    }
    private func hasClock(_ multiplexer: PinMultiplexer) -> Bool {
        guard let clock, case .signal(.clock, _) = multiplexer.drive(of: clock) else { return false }
        return true
    }
    private func lineSource(_ pin: PinName?, _ multiplexer: PinMultiplexer, _ openLevel: Bool)
        -> PinConnection.Line
    {
        guard let pin else { return .released(openLevel) }
        switch multiplexer.drive(of: pin) {
        case .signal(.data(let bank, let line), let pull):
            return .signal(bank: bank, line: line, rest: level(pin, pull, openLevel))
        case .signal(_, let pull), .released(let pull): return .released(level(pin, pull, openLevel))
        case .level(let level): return .driven(level)
        }
    }
    /// A trace nobody drives: the board's resistor wins over the part's.
    ///
    /// Without either it is taken to stay high. The diodes of a chip without supply pull it low whatever the resistors.
    private func level(_ pin: PinName, _ pull: Bool?, _ openLevel: Bool) -> Bool {
        openLevel && (pullUps.contains(pin) || pull ?? true)
    }
}
