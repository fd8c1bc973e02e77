// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import HardwareDescription
import Testing

private let dualBoard = """
    schema: 2
    name: sample
    title: A board of no maker
    sources: ["none"]
    target: stm32h745
    part: STM32H745XI
    crystals: {hse: 25 MHz, bypass: true, lse: 32768 Hz}
    supply: {core: smps, volts: 3.3}
    quadspi:
      mode: dual
      mapped: 0x90000000
      banks:
        - bank: 2
          flash: w25q128jv
          pins:
            - {signal: NCS, pin: PC11, function: 9}
            - {signal: IO0, pin: PH2, function: 9, pull-up: true}
            - {signal: IO1, pin: PH3, function: 9}
            - {signal: IO2, pin: PG9, function: 9}
            - {signal: IO3, pin: PG14, function: 9}
        - bank: 1
          flash: sfdp
          pins:
            - {signal: CLK, pin: PB2, function: 9}
            - {signal: NCS, pin: PG6, function: 10}
            - {signal: IO0, pin: PD11, function: 9}
            - {signal: IO1, pin: PF9, function: 10}
            - {signal: IO2, pin: PF7, function: 9}
            - {signal: IO3, pin: PF6, function: 9}
    """

@Suite struct `Board files` {
    private func failure(replacing old: String, with new: String) throws -> DefinitionError {
        #expect(dualBoard.contains(old))
        let text = dualBoard.replacing(old, with: new, maxReplacements: 1)
        return try #require(throws: DefinitionError.self) {
            _ = try BoardDefinition(yaml: text, file: "board.yaml")
        }
    }

    @Test func `say how two chips are wired as one`() throws {
        let board = try BoardDefinition(yaml: dualBoard, file: "board.yaml")
        #expect(board.mode == .dual)
        #expect(board.banks.map(\.number) == [1, 2])
        #expect(board.bank(2)?.flash == "w25q128jv")
        #expect(board.bank(1)?.flash == nil)
        #expect(board.pins.count == 11)
        #expect(board.crystals.highSpeed == .megahertz(25))
        #expect(board.crystals.isBypassed)
        #expect(board.supply.core == .smps)
        #expect(board.loader == nil)
        #expect(board.bank(2)?.pin(.data0)?.hasPullUp == true)
    }

    @Test func `of the first schema mean one bank`() throws {
        let board = try BoardDefinition(
            yaml: """
                schema: 1
                name: old
                title: An old file
                target: stm32h745
                flash: w25q128jv
                loader: some.stldr
                quadspi:
                  bank: 2
                  pins:
                    - {signal: CLK, pin: PB2, function: 9}
                    - {signal: NCS, pin: PC11, function: 9}
                    - {signal: IO0, pin: PH2, function: 9}
                    - {signal: IO1, pin: PH3, function: 9}
                    - {signal: IO2, pin: PG9, function: 9}
                    - {signal: IO3, pin: PG14, function: 9}
                """, file: "old.yaml")
        #expect(board.mode == .single)
        #expect(board.banks.map(\.number) == [2])
        #expect(board.bank(2)?.pins.map(\.name) == ["PB2", "PC11", "PH2", "PH3", "PG9", "PG14"])
        #expect(board.loader == "some.stldr")
    }

    @Test(arguments: [
        ("pin: PC11", "pin: PL1", "CFG-007", 16), ("pin: PC11", "pin: PC16", "CFG-007", 16),
        ("pin: PC11", "pin: PC+1", "CFG-007", 16), ("pin: PC11", "pin: 11", "CFG-007", 16),
        ("function: 9}", "function: 16}", "CFG-008", 16), ("hse: 25 MHz", "hse: 25 mhz", "CFG-007", 7),
        ("core: smps", "core: switcher", "CFG-009", 8), ("volts: 3.3", "volts: 33", "CFG-008", 8),
        ("mode: dual", "mode: quad", "CFG-009", 10), ("bank: 2", "bank: 3", "CFG-008", 13),
        ("- bank: 1", "- bank: 2", "CFG-010", 21),
        ("signal: NCS, pin: PC11", "signal: IO0, pin: PC11", "CFG-010", 17),
        ("        - {signal: IO3, pin: PG14, function: 9}\n", "", "CFG-006", 13),
        ("mode: dual", "shared-select: true", "CFG-014", 10),
        ("        - {signal: CLK, pin: PB2, function: 9}\n", "", "CFG-006", 13),
    ])
    func `mistakes are told with their place`(old: String, new: String, code: String, line: Int) throws {
        let error = try failure(replacing: old, with: new)
        #expect(error.code == code, "\(error)")
        #expect(error.line == line, "\(error)")
    }

    @Test func `dual flash needs both banks`() throws {
        let end = try #require(dualBoard.range(of: "    - bank: 1")).lowerBound
        let error = try #require(throws: DefinitionError.self) {
            _ = try BoardDefinition(yaml: String(dualBoard[..<end]), file: "board.yaml")
        }
        #expect(error.code == "CFG-014")
    }

    @Test func `an OCTOSPI is told as what cannot be driven yet`() throws {
        let error = try failure(replacing: "quadspi:", with: "octospi:")
        #expect(error.code == "CFG-014" && "\(error.problem)".contains("OCTOSPI"), "\(error)")
    }

    @Test func `one select for both chips needs no second`() throws {
        let text = dualBoard.replacing("mode: dual", with: "mode: dual\n  shared-select: true")
            .replacing("        - {signal: NCS, pin: PC11, function: 9}\n", with: "")
        #expect(try BoardDefinition(yaml: text, file: "board.yaml").sharesSelect)
    }
}

@Suite struct `Pins of a board` {
    private func mistakes(replacing old: String, with new: String) throws -> [DefinitionError] {
        var target = try TargetFiles.definition("stm32h745")
        target.pins = [
            pin(.clock, "PB2", 9), pin(.clock, "PF10", 9), pin(.select1, "PG6", 10), pin(.select1, "PB6", 10),
            pin(.select2, "PC11", 9), pin(.data10, "PD11", 9), pin(.data11, "PF9", 10),
            pin(.data11, "PD12", 9),
            pin(.data12, "PF7", 9), pin(.data13, "PF6", 9), pin(.data20, "PH2", 9), pin(.data21, "PH3", 9),
            pin(.data22, "PG9", 9), pin(.data23, "PG14", 9),
        ]
        let text = dualBoard.replacing(old, with: new, maxReplacements: 1)
        return try BoardFile(yaml: text, file: "board.yaml").mistakes(on: target)
    }
    private func pin(_ signal: TargetPin.Signal, _ name: String, _ function: UInt8) -> TargetPin {
        guard let name = PinName(name) else { preconditionFailure("the name of a pin") }
        return TargetPin(signal: signal, pin: name, function: function)
    }

    @Test func `that are right are not complained of`() throws {
        #expect(try mistakes(replacing: "mode: dual", with: "mode: dual").isEmpty)
    }

    @Test func `that cannot carry the signal are told with those that can`() throws {
        let error = try #require(try mistakes(replacing: "pin: PF9", with: "pin: PF7").first)
        #expect(
            error.summary
                == "board.yaml:27:30: PF7 cannot carry BK1_IO1; BK1_IO1 is on PF9 (AF10), PD12 (AF9); PF7 carries BK1_IO2 (AF9)"
        )
    }

    @Test func `whose function is another are told the right one`() throws {
        let error = try #require(
            try mistakes(replacing: "pin: PF9, function: 10", with: "pin: PF9, function: 9").first)
        #expect(error.summary == "board.yaml:27:45: AF9 of PF9 is not BK1_IO1; that is AF10")
    }

    @Test func `cannot carry two signals`() throws {
        let all = try mistakes(replacing: "signal: IO2, pin: PF7", with: "signal: IO2, pin: PF9")
        #expect(all.contains { $0.summary == "board.yaml:28:30: PF9 carries BK1_IO1 already" })
    }
}
