// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A board as data: what one file of `Config/boards/` says.
///
///     schema: 1
///     name: stm32h745xi-w25q128          # what --board takes
///     title: text for people
///     target: stm32h745                  # a file of Config/targets
///     flash: w25q128jv                   # a file of Config/flash
///     loader: FILE.stldr                 # found in loaders/, or by its path
///     quadspi:
///       bank: 2
///       pins:                            # every signal of the bank
///         - {signal: CLK, pin: PB2, function: 9}
package struct BoardDefinition: Hashable, Sendable {
    package struct Pin: Hashable, Sendable {
        /// `CLK`, `NCS`, `IO0`…`IO3`.
        package var signal: Signal
        /// 0 is GPIOA.
        package var port: UInt8
        package var number: UInt8
        /// Alternate function, 0...15.
        package var function: UInt8

        /// `PB2`.
        package var name: String { "P\(Self.letters[Int(port)])\(number)" }
        fileprivate static let letters = Array("ABCDEFGHIJK")
    }
    package enum Signal: String, CaseIterable, Hashable, Sendable {
        case clock = "CLK", select = "NCS", data0 = "IO0", data1 = "IO1", data2 = "IO2", data3 = "IO3"
    }

    package var name: String
    package var title: String
    package var target: String
    package var flash: String
    package var loader: String
    /// 1 or 2.
    package var bank: Int
    package var pins: [Pin]
}

extension BoardDefinition {
    /// Reads one board file.
    ///
    /// `file` is only for messages.
    package init(yaml text: String, file: String) throws(DefinitionError) {
        let top = try DefinitionNode(text: text, file: file)
            .mapping(["schema", "name", "title", "target", "flash", "loader", "quadspi"])
        _ = try top["schema"].integer(in: 1...1)
        name = try top["name"].text
        title = try top["title"].text
        target = try top["target"].text
        flash = try top["flash"].text
        loader = try top["loader"].text
        let quadSPI = try top["quadspi"].mapping(["bank", "pins"])
        bank = Int(try quadSPI["bank"].integer(in: 1...2))
        pins = []
        for entry in try quadSPI["pins"].list(upTo: Signal.allCases.count) {
            let pin = try Pin(entry)
            guard !pins.contains(where: { $0.signal == pin.signal }) else {
                throw entry.failure(.duplicate(pin.signal.rawValue))
            }
            pins.append(pin)
        }
        for signal in Signal.allCases where !pins.contains(where: { $0.signal == signal }) {
            throw quadSPI["pins"].failure(.missingKey("signal: \(signal.rawValue)"))
        }
    }
}

extension BoardDefinition.Pin {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["signal", "pin", "function"])
        signal = try keys["signal"].choice(of: BoardDefinition.Signal.self)
        function = UInt8(try keys["function"].integer(in: 0...15))
        let text = try keys["pin"].text
        let digits = text.dropFirst(2)
        guard text.first == "P", digits.allSatisfy(\.isASCII),
            let letter = text.dropFirst().first, let port = Self.letters.firstIndex(of: letter),
            let number = UInt8(digits), number <= 15
        else { throw keys["pin"].failure(.wrongType(expected: "a pin from PA0 to PK15")) }
        (self.port, self.number) = (UInt8(port), number)
    }
}
