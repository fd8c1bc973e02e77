// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What reaches the pins of one flash chip while the part's pins stay as they are.
struct PinConnection: Equatable {
    /// What /CS follows: the chip select of a bank, or a level that stays.
    enum Select: Equatable { case bank(Int), level(Bool) }
    /// What an IO pin of the chip is connected to.
    enum Line: Equatable {
        /// IO `line` of a bank; `rest` is the level while neither end drives it.
        case signal(bank: Int, line: Int, rest: Bool)
        /// An output of the part, which the chip cannot overcome.
        case driven(Bool)
        /// Nobody drives it but the chip.
        case released(Bool)
        /// IO `line` of a bank, but each end finds a level of its own: an open trace, or a short.
        case parted(bank: Int, line: Int, controller: Bool, chip: Bool)
    }

    var select: Select
    var hasClock: Bool
    var lines: [Line]
    /// Lines that are shorted to each other, by their bits: the lower level wins.
    var tied: UInt8 = 0

    static let none = PinConnection(
        select: .level(true), hasClock: false, lines: Array(repeating: .released(true), count: 4))
}

/// The IO lines of a connection in short: which bank's arrive on the chip's pins of the same numbers.
struct LinePath: Equatable {
    /// 0: none.
    private(set) var bank = 0
    /// Bit n: IOn of the bank is the chip's IOn.
    private(set) var straight: UInt8 = 0
    /// Levels of the chip's pins while neither end drives them, or that the part holds.
    private(set) var rest: UInt8 = 0
    /// A line arrives on another pin of the chip than its own, or from another bank than the first one does.
    private(set) var isCrossed = false

    init(_ connection: PinConnection) {
        isCrossed = connection.tied != 0
        let lines = connection.lines
        for (index, line) in lines.enumerated() {
            let bit: UInt8 = 1 << UInt8(index)
            switch line {
            case .signal(let source, let number, let level):
                if bank == 0 { bank = source }
                if source == bank, number == index { straight |= bit } else { isCrossed = true }
                if level { rest |= bit }
            case .driven(let level), .released(let level): if level { rest |= bit }
            case .parted(let source, _, _, let level):
                if bank == 0 { bank = source }
                isCrossed = true
                if level { rest |= bit }
            }
        }
    }

    /// Whether whole bytes on `lines` of `bank` go through unchanged.
    @inline(__always) func carries(_ lines: UInt8, of bank: Int) -> Bool {
        self.bank == bank && straight & lines == lines && !isCrossed
    }
}
