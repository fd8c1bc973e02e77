// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// From the files of `Config/boards` and `Config/targets` (Workbench's article BoardFiles).
extension BoardDescription {
    /// Reads the board `name`: a file of `boards`, or a path to one, which has a slash or ends with `.yaml`.
    ///
    /// Throws `BenchError.description`, with file, line and column, for whatever cannot be built.
    package init(_ name: String, files: DescriptionFiles) throws(BenchError) {
        let isPath = name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml")
        let root = try isPath ? files.node(at: name) : files.node(name, in: "boards")
        let schema = try root.member("schema").integer(in: 1...2)
        self = try schema == 1 ? Self.first(root, files) : Self.second(root, files)
        try check(at: root)
        for index in chips.indices where chips[index].flash == "sfdp" {
            chips[index].flash = try SimulationDefaults(files).flash
        }
    }

    /// Schema 1: one bank, and the chip beside it.
    private static func first(_ root: DescriptionNode, _ files: DescriptionFiles)
        throws(BenchError) -> BoardDescription
    {
        let top = try root.mapping(["schema", "name", "title", "target", "flash", "loader", "quadspi"])
        let quadSPI = try top["quadspi"].mapping(["bank", "pins"])
        var wiring = ChipWiring(bank: try quadSPI["bank"].integer(in: 1...2))
        let target = try TargetPins(top["target"], files)
        try wiring.read(quadSPI["pins"], target)
        let chip = FittedChip(flash: try top["flash"].text, wiring: wiring)
        // The format has no crystals; boards of that time had this one.
        return BoardDescription(
            name: try top["name"].text, part: target.name, crystals: Crystals(highSpeed: 25_000_000),
            chips: [chip], pins: target.pins)
    }

    private static func second(_ root: DescriptionNode, _ files: DescriptionFiles)
        throws(BenchError) -> BoardDescription
    {
        let top = try root.mapping(
            ["schema", "name", "title", "target", "quadspi"],
            optional: ["sources", "part", "crystals", "supply", "loader"])
        let target = try TargetPins(top["target"], files)
        let quadSPI = try top["quadspi"].mapping(
            ["banks"], optional: ["mode", "mapped", "shared-select", "maximum-megahertz"])
        var board = BoardDescription(
            name: try top["name"].text, part: try top.optional("part")?.text ?? target.name,
            chips: [], pins: target.pins)
        guard ChipPart(named: board.part) != nil else {
            throw (top.optional("part") ?? top["target"])
                .failure(.unknownValue(board.part, allowed: ChipPart.examples))
        }
        if let crystals = top.optional("crystals") { board.crystals = try Crystals(crystals) }
        if let supply = top.optional("supply") { try board.read(supply: supply) }
        let isDual = try quadSPI.optional("mode")?.choice(of: BankMode.self) == .dual
        for entry in try quadSPI["banks"].list(isDual ? 2...2 : 1...2) {
            board.chips.append(try FittedChip(entry, target))
        }
        board.chips.sort { $0.wiring.bank < $1.wiring.bank }
        board.isDualFlash = isDual
        let sharesSelect = try quadSPI.optional("shared-select")?.flag() ?? false
        try board.completeShared(sharesSelect: sharesSelect, at: quadSPI["banks"])
        return board
    }
    private enum BankMode: String, CaseIterable { case single, dual }

    private mutating func read(supply node: DescriptionNode) throws(BenchError) {
        let keys = try node.mapping([], optional: ["core", "volts"])
        if let core = keys.optional("core") { supply = try core.choice() }
        if let volts = keys.optional("volts") { self.volts = try volts.decimal(in: 1.6...5.5) }
    }

    /// CLK serves both banks, and bank 1's NCS does where the board says so.
    private mutating func completeShared(sharesSelect: Bool, at node: DescriptionNode) throws(BenchError) {
        let clock = chips.lazy.compactMap(\.wiring.clock).first
        for index in chips.indices {
            chips[index].wiring.clock = chips[index].wiring.clock ?? clock
            if sharesSelect, chips[index].wiring.bank == 2 {
                chips[index].wiring.select = chips[0].wiring.select
            }
            let wiring = chips[index].wiring
            let isComplete = wiring.clock != nil && wiring.select != nil && !wiring.lines.contains(nil)
            guard isComplete else {
                throw node.failure(
                    .conflict("bank \(wiring.bank) has no pin for each of CLK, NCS and IO0 to IO3"))
            }
        }
    }

    private func check(at root: DescriptionNode) throws(BenchError) {
        guard Set(chips.map(\.wiring.bank)).count == chips.count else {
            throw root.failure(.conflict("a bank is given twice"))
        }
    }
}

extension BoardDescription.FittedChip {
    fileprivate init(_ node: DescriptionNode, _ target: TargetPins) throws(BenchError) {
        let keys = try node.mapping(["bank", "flash", "pins"])
        wiring = ChipWiring(bank: try keys["bank"].integer(in: 1...2))
        try wiring.read(keys["pins"], target)
        flash = try keys["flash"].text
    }
}

extension ChipWiring {
    fileprivate mutating func read(_ node: DescriptionNode, _ target: TargetPins) throws(BenchError) {
        var seen: Set<String> = []
        for entry in try node.list(1...6) {
            let keys = try entry.mapping(["signal", "pin", "function"], optional: ["pull-up"])
            let signal = try keys["signal"].choice(of: Signal.self)
            guard seen.insert(signal.rawValue).inserted else {
                throw keys["signal"].failure(.repeatedKey(signal.rawValue))
            }
            guard let pin = PinName(try keys["pin"].text) else {
                throw keys["pin"].failure(.wrongType(expected: "a pin from PA0 to PK15"))
            }
            let function = UInt32(try keys["function"].integer(in: 0...15))
            try target.check(pin, function, signal.atPart(bank: bank), keys)
            if try keys.optional("pull-up")?.flag() ?? false { pullUps.insert(pin) }
            switch signal {
            case .clock: clock = pin
            case .select: select = pin
            case .data0: lines[0] = pin
            case .data1: lines[1] = pin
            case .data2: lines[2] = pin
            case .data3: lines[3] = pin
            }
        }
    }

    /// A signal as board files name it, without its bank.
    private enum Signal: String, CaseIterable {
        case clock = "CLK", select = "NCS", data0 = "IO0", data1 = "IO1", data2 = "IO2", data3 = "IO3"

        func atPart(bank: Int) -> QuadSPISignal {
            switch self {
            case .clock: .clock
            case .select: .select(bank: bank)
            case .data0: .data(bank: bank, line: 0)
            case .data1: .data(bank: bank, line: 1)
            case .data2: .data(bank: bank, line: 2)
            case .data3: .data(bank: bank, line: 3)
            }
        }
    }
}

extension Crystals {
    fileprivate init(_ node: DescriptionNode) throws(BenchError) {
        let keys = try node.mapping([], optional: ["hse", "lse", "bypass"])
        // The ranges of the oscillators (STM32H745 datasheet, external clock sources).
        if let hse = keys.optional("hse") {
            highSpeed = UInt64(try hse.frequency(in: 4_000_000...50_000_000))
        }
        if let lse = keys.optional("lse") { lowSpeed = UInt64(try lse.frequency(in: 1_000...1_000_000)) }
        isOscillator = try keys.optional("bypass")?.flag() ?? false
    }
}

/// What a board needs to know of its target: its name, and its pins that can carry the QUADSPI.
private struct TargetPins {
    let name: String
    let pins: [QuadSPIPin]
    /// Files that build on each other.
    private static let depthLimit = 6

    init(_ node: DescriptionNode, _ files: DescriptionFiles) throws(BenchError) {
        name = try node.text
        var pins: [QuadSPIPin] = []
        for entry in try Self.table(try files.node(name, in: "targets"), files, depth: 1).list(1...64) {
            let keys = try entry.mapping(["signal", "pin", "function"])
            guard let signal = QuadSPISignal(try keys["signal"].text) else {
                throw keys["signal"].failure(.wrongType(expected: "CLK, BK1_NCS … BK2_IO3"))
            }
            guard let pin = PinName(try keys["pin"].text) else {
                throw keys["pin"].failure(.wrongType(expected: "a pin from PA0 to PK15"))
            }
            pins.append(
                QuadSPIPin(
                    signal: signal, pin: pin, function: UInt32(try keys["function"].integer(in: 0...15))))
        }
        self.pins = pins
    }

    /// `pins` of the file, else of the nearest one that it extends.
    private static func table(
        _ root: DescriptionNode, _ files: DescriptionFiles, depth: Int
    ) throws(BenchError) -> DescriptionNode {
        guard root.hasMember("extends"), !root.hasMember("pins") else { return try root.member("pins") }
        let parent = try root.member("extends")
        guard depth < depthLimit else {
            throw parent.failure(.conflict("more than \(depthLimit) files extend each other"))
        }
        return try table(try files.node(try parent.text, in: "targets"), files, depth: depth + 1)
    }

    /// A trace from a pin that cannot carry the signal is a mistake in the file, not a board.
    func check(_ pin: PinName, _ function: UInt32, _ signal: QuadSPISignal, _ keys: DescriptionMapping)
        throws(BenchError)
    {
        let choices = pins.filter { $0.signal == signal }
        guard choices.contains(where: { $0.pin == pin }) else {
            throw keys["pin"].failure(
                .unknownValue(
                    "\(pin) for \(signal)", allowed: choices.map { "\($0.pin) (AF\($0.function))" }))
        }
        guard choices.contains(where: { $0.pin == pin && $0.function == function }) else {
            throw keys["function"].failure(
                .unknownValue(
                    "AF\(function) for \(signal) on \(pin)",
                    allowed: choices.filter { $0.pin == pin }.map { "AF\($0.function)" }))
        }
    }
}
