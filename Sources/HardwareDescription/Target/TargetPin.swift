// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A pin of a part that can carry a QUADSPI signal, and the alternate function that does it.
package struct TargetPin: Hashable, Sendable {
    /// As the data sheets' tables of alternate functions name them, without `QUADSPI_`.
    package enum Signal: String, CaseIterable, Hashable, Sendable {
        case clock = "CLK"
        case select1 = "BK1_NCS", select2 = "BK2_NCS"
        case data10 = "BK1_IO0", data11 = "BK1_IO1", data12 = "BK1_IO2", data13 = "BK1_IO3"
        case data20 = "BK2_IO0", data21 = "BK2_IO1", data22 = "BK2_IO2", data23 = "BK2_IO3"

        /// A board's signal on one of the two banks.
        package init(_ signal: BoardDefinition.Signal, bank: Int) {
            self =
                switch (signal, bank) {
                case (.clock, _): .clock
                case (.select, 1): .select1
                case (.select, _): .select2
                case (.data0, 1): .data10
                case (.data1, 1): .data11
                case (.data2, 1): .data12
                case (.data3, 1): .data13
                case (.data0, _): .data20
                case (.data1, _): .data21
                case (.data2, _): .data22
                case (.data3, _): .data23
                }
        }
    }
    package var signal: Signal
    package var pin: PinName
    package var function: UInt8

    package init(signal: Signal, pin: PinName, function: UInt8) {
        (self.signal, self.pin, self.function) = (signal, pin, function)
    }
}

extension TargetPin {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["signal", "pin", "function"])
        signal = try keys["signal"].choice(of: Signal.self)
        guard let name = PinName(try keys["pin"].text) else {
            throw keys["pin"].failure(.wrongType(expected: "a pin from PA0 to PK15"))
        }
        pin = name
        function = UInt8(try keys["function"].integer(in: 0...15))
    }
}
