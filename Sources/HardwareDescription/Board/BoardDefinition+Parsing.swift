// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension BoardDefinition {
    /// Reads one board file; `file` is for messages only.
    package init(yaml text: String, file: String) throws(DefinitionError) {
        self = try BoardFile(yaml: text, file: file).definition
    }
}

/// A board file that is read, with the places of what it says.
package struct BoardFile {
    package let definition: BoardDefinition
    /// Of every pin, in the order of the banks.
    let pins: [(bank: Int, pin: BoardDefinition.Pin, entry: DefinitionMapping)]
    /// The other files that it names, in the order of the file.
    package let references: [Reference]

    /// A name of another file.
    package struct Reference {
        package enum Kind { case target, flash, loader }
        package let kind: Kind
        package let name: String
        let place: DefinitionNode

        /// Names that are still read at a glance.
        private static let fewNames = 6
        private static let nearNames = 4

        /// What is wrong with the file of that name.
        package func mistake(_ text: String) -> DefinitionError { place.failure(.conflict(text)) }

        /// What is wrong where there is no file of that name; `list` is the command that lists those there are.
        package func mistake(known: [String], list: String) -> DefinitionError {
            guard known.count > Self.fewNames else {
                return place.failure(.unknownValue(name, allowed: known))
            }
            let nearest = Array(known.sorted(byDistanceTo: name).prefix(Self.nearNames))
            return place.failure(.unknownName(name, nearest: nearest, list: list))
        }
    }

    /// Reads one board file; `file` is for messages only.
    package init(yaml text: String, file: String) throws(DefinitionError) {
        let root = try DefinitionNode(text: text, file: file)
        var reader = BoardReader()
        definition = try root.schema(in: 1...2) == 1 ? try reader.first(root) : try reader.second(root)
        pins = reader.pins
        references = reader.references
    }
}

/// Puts a board together, noting where its pins stand.
private struct BoardReader {
    typealias Board = BoardDefinition
    var pins: [(bank: Int, pin: Board.Pin, entry: DefinitionMapping)] = []
    var references: [BoardFile.Reference] = []

    private mutating func refer(
        to kind: BoardFile.Reference.Kind, _ node: DefinitionNode
    ) throws(DefinitionError) -> String {
        let name = try node.text
        references.append(BoardFile.Reference(kind: kind, name: name, place: node))
        return name
    }

    /// Schema 1: one bank, the chip and the loader beside it.
    mutating func first(_ root: DefinitionNode) throws(DefinitionError) -> Board {
        let top = try root.mapping(["schema", "name", "title", "target", "flash", "loader", "quadspi"])
        let quadSPI = try top["quadspi"].mapping(["bank", "pins"])
        let number = Int(try quadSPI["bank"].integer(in: 1...2))
        let bank = Board.Bank(
            number: number, flash: try refer(to: .flash, top["flash"]),
            pins: try pins(quadSPI["pins"], of: number))
        var board = Board(
            name: try top["name"].text, title: try top["title"].text,
            target: try refer(to: .target, top["target"]), banks: [bank])
        board.loader = try refer(to: .loader, top["loader"])
        try checkSignals(of: board, at: quadSPI["pins"])
        return board
    }

    mutating func second(_ root: DefinitionNode) throws(DefinitionError) -> Board {
        let top = try root.mapping(
            ["schema", "name", "title", "target"],
            optional: ["sources", "part", "crystals", "supply", "loader", "quadspi", "octospi"])
        if let other = top.optional("octospi") {
            throw other.failure(
                .conflict("a flash on an OCTOSPI cannot be driven yet; the QUADSPI of the H742 to H757 can"))
        }
        try top.require(["quadspi"])
        let quadSPI = try top["quadspi"].mapping(
            ["banks"], optional: ["mode", "mapped", "shared-select", "maximum-megahertz"])
        var board = Board(
            name: try top["name"].text, title: try top["title"].text,
            target: try refer(to: .target, top["target"]), banks: [])
        for source in try top.optional("sources")?.list() ?? [] { board.sources.append(try source.text) }
        board.part = try top.optional("part")?.text
        board.crystals = try top.optional("crystals").map(Board.Crystals.init) ?? Board.Crystals()
        board.supply = try top.optional("supply").map(Board.Supply.init) ?? Board.Supply()
        board.mode = try quadSPI.optional("mode")?.choice(of: Board.Mode.self) ?? .single
        board.sharesSelect = try quadSPI.optional("shared-select")?.flag() ?? false
        board.fastestClock = try quadSPI.optional("maximum-megahertz")
            .map { node throws(DefinitionError) in .megahertz(UInt32(try node.integer(in: 1...200))) }
        board.mapped = try quadSPI.optional("mapped")?.word()
        if let loader = top.optional("loader") { board.loader = try refer(to: .loader, loader) }
        for entry in try quadSPI["banks"].list(upTo: 2) { try add(entry, to: &board) }
        if board.mode == .dual, board.banks.count != 2 {
            throw quadSPI["banks"].failure(.conflict("a dual-flash board names both banks"))
        }
        if board.sharesSelect, board.mode != .dual {
            throw (quadSPI.optional("shared-select") ?? top["quadspi"])
                .failure(.conflict("only in dual-flash mode does one NCS select both chips"))
        }
        try checkSignals(of: board, at: quadSPI["banks"])
        board.banks.sort { $0.number < $1.number }
        return board
    }

    private mutating func add(_ entry: DefinitionNode, to board: inout Board) throws(DefinitionError) {
        let keys = try entry.mapping(["bank", "flash", "pins"])
        let number = Int(try keys["bank"].integer(in: 1...2))
        if board.bank(number) != nil { throw keys["bank"].failure(.duplicate("bank \(number)")) }
        let flash = try keys["flash"].text
        // What describes itself needs no file.
        if flash != "sfdp" { _ = try refer(to: .flash, keys["flash"]) }
        board.banks.append(
            Board.Bank(
                number: number, flash: flash == "sfdp" ? nil : flash, pins: try pins(keys["pins"], of: number)
            ))
    }

    private mutating func pins(
        _ node: DefinitionNode, of bank: Int
    ) throws(DefinitionError) -> [Board.Pin] {
        var found: [Board.Pin] = []
        for entry in try node.list(upTo: Board.Signal.allCases.count) {
            let keys = try entry.mapping(["signal", "pin", "function"], optional: ["pull-up"])
            let pin = try Board.Pin(keys)
            guard !found.contains(where: { $0.signal == pin.signal }) else {
                throw entry.failure(.duplicate(pin.signal.rawValue))
            }
            found.append(pin)
            pins.append((bank, pin, keys))
        }
        return found
    }

    /// Every signal has a pin: its own, or the other bank's clock and, where that is shared, bank 1's select.
    private func checkSignals(of board: Board, at node: DefinitionNode) throws(DefinitionError) {
        for bank in board.banks {
            for signal in Board.Signal.allCases where bank.pin(signal) == nil {
                let isElsewhere =
                    switch signal {
                    case .clock: board.banks.contains { $0.pin(.clock) != nil }
                    case .select: board.sharesSelect && bank.number == 2
                    default: false
                    }
                guard isElsewhere else {
                    throw node.failure(.missingKey("signal: \(signal.rawValue) (bank \(bank.number))"))
                }
            }
        }
    }
}

extension BoardDefinition.Pin {
    fileprivate init(_ keys: DefinitionMapping) throws(DefinitionError) {
        guard let name = PinName(try keys["pin"].text) else {
            throw keys["pin"].failure(.wrongType(expected: "a pin from PA0 to PK15"))
        }
        self.init(
            signal: try keys["signal"].choice(of: BoardDefinition.Signal.self), pin: name,
            function: UInt8(try keys["function"].integer(in: 0...15)),
            hasPullUp: try keys.optional("pull-up")?.flag() ?? false)
    }
}

extension BoardDefinition.Crystals {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping([], optional: ["hse", "lse", "bypass"])
        highSpeed = try keys.optional("hse")?.frequency()
        lowSpeed = try keys.optional("lse")?.frequency()
        isBypassed = try keys.optional("bypass")?.flag() ?? false
    }
}

extension BoardDefinition.Supply {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping([], optional: ["core", "volts"])
        core = try keys.optional("core")?.choice(of: Core.self)
        volts = try keys.optional("volts")?.decimal(in: 1...5.5)
    }
}
