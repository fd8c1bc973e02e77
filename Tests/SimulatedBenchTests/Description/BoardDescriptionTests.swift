// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

@testable import SimulatedBench

/// What the simulator reads of board files.
@Suite struct `Board files in the simulator` {
    private static let target = """
        schema: 1
        pins:
          - {signal: CLK, pin: PB2, function: 9}
          - {signal: BK1_NCS, pin: PB6, function: 10}
          - {signal: BK1_IO0, pin: PD11, function: 9}
          - {signal: BK1_IO1, pin: PD12, function: 9}
          - {signal: BK1_IO2, pin: PE2, function: 9}
          - {signal: BK1_IO3, pin: PD13, function: 9}
          - {signal: BK1_IO3, pin: PF6, function: 9}
        """
    private static let board = """
        schema: 2
        name: mine
        title: A board of the tests
        target: stm32h743
        part: STM32H750VBT6
        crystals: {hse: 16 MHz, lse: 32768 Hz, bypass: true}
        supply: {core: ldo, volts: 2.5}
        quadspi:
          banks:
            - bank: 1
              flash: w25q128jv
              pins:
                - {signal: CLK, pin: PB2, function: 9}
                - {signal: NCS, pin: PB6, function: 10, pull-up: true}
                - {signal: IO0, pin: PD11, function: 9}
                - {signal: IO1, pin: PD12, function: 9}
                - {signal: IO2, pin: PE2, function: 9}
                - {signal: IO3, pin: PD13, function: 9}
        """
    private func read(_ board: String) throws -> BoardDescription {
        try BoardDescription(
            "mine",
            files: DescriptionFiles { name in
                switch name {
                case "boards/mine.yaml": DescriptionFiles.File(path: "mine.yaml", text: board)
                case "targets/stm32h743.yaml": DescriptionFiles.File(path: "target.yaml", text: Self.target)
                default: nil
                }
            })
    }
    @Test func `find their target's pins in the file that it extends`() throws {
        let board = try BoardDescription(
            "mine",
            files: DescriptionFiles { name in
                switch name {
                case "boards/mine.yaml": DescriptionFiles.File(path: "mine.yaml", text: Self.board)
                case "targets/stm32h743.yaml":
                    DescriptionFiles.File(path: "target.yaml", text: "name: stm32h743\nextends: family\n")
                case "targets/family.yaml": DescriptionFiles.File(path: "family.yaml", text: Self.target)
                default: nil
                }
            })
        #expect(board.pins == (try read(Self.board)).pins)
    }
    private func failure(_ old: String, _ new: String) -> String? {
        do {
            _ = try read(Self.board.replacingOccurrences(of: old, with: new))
            return nil
        } catch { return (error as? BenchError)?.summary }
    }

    @Test func `give part, clocks, supply and wiring`() throws {
        let board = try read(Self.board)
        #expect(board.name == "mine")
        #expect(ChipPart(named: board.part)?.flashSize == 128)
        #expect(board.crystals == Crystals(highSpeed: 16_000_000, lowSpeed: 32_768, isOscillator: true))
        #expect(board.supply == .ldo)
        #expect(board.volts == 2.5)
        #expect(!board.isDualFlash)
        let chip = try #require(board.chips.first)
        var wiring = ChipWiring.firstBank
        wiring.pullUps = [PinName(port: 1, number: 6)]
        #expect(chip == BoardDescription.FittedChip(flash: "w25q128jv", wiring: wiring))
        #expect(board.pins.count == 7)
        let plain = try read(Self.board.replacingOccurrences(of: ", bypass: true", with: ""))
        #expect(plain.crystals.isOscillator == false)
    }

    /// Each mistake with the place it stands at and the choices there are.
    @Test(arguments: [
        ("pin: PD13", "pin: PE2", "mine.yaml:18:30: `PE2 for BK1_IO3` is not one of PD13 (AF9), PF6 (AF9)"),
        (
            "pin: PB6, function: 10", "pin: PB6, function: 9",
            "mine.yaml:14:45: `AF9 for BK1_NCS on PB6` is not one of AF10"
        ),
        ("signal: IO3", "signal: IO2", "mine.yaml:18:20: the key `IO2` is given twice"),
        ("pin: PD13", "pin: PD16", "mine.yaml:18:30: expected a pin from PA0 to PK15"),
        ("bank: 1", "bank: 3", "mine.yaml:10:13: 3 is out of range (1 to 2)"),
        ("core: ldo", "core: battery", "mine.yaml:7:16: `battery` is not one of either, smps, ldo, external"),
        ("hse: 16 MHz", "hse: 16 km", "mine.yaml:6:17: expected a frequency such as 25 MHz"),
        ("hse: 16 MHz", "hse: 100 MHz", "mine.yaml:6:17: 100 MHz is out of range (4000000 to 50000000)"),
        ("part: STM32H750VBT6", "part: STM32F407VG", "mine.yaml:5:7: `STM32F407VG` is not one of stm32h745"),
        ("target: stm32h743", "target: stm32f4", "the simulator finds no file `targets/stm32f4.yaml`"),
        ("schema: 2", "schema: 3", "mine.yaml:1:9: 3 is out of range (1 to 2)"),
        ("- bank: 1", "- bank: 1\n      colour: red", "unknown key `colour`"),
        ("  banks:", "  mode: dual\n  banks:", "mine.yaml:11:5: 1 entries is out of range (2 to 2)"),
        (
            "        - {signal: CLK, pin: PB2, function: 9}\n", "",
            "bank 1 has no pin for each of CLK, NCS and IO0 to IO3"
        ),
    ])
    func `say what cannot be built, and where`(old: String, new: String, message: String) throws {
        let summary = try #require(failure(old, new))
        #expect(summary.contains(message), "\(summary)")
    }

    @Test func `of the first schema are one bank`() throws {
        let board = try read(
            """
            schema: 1
            name: mine
            title: A board of the tests
            target: stm32h743
            flash: w25q128jv
            loader: mine.stldr
            quadspi:
              bank: 1
              pins:
                - {signal: CLK, pin: PB2, function: 9}
                - {signal: NCS, pin: PB6, function: 10}
                - {signal: IO0, pin: PD11, function: 9}
                - {signal: IO1, pin: PD12, function: 9}
                - {signal: IO2, pin: PE2, function: 9}
                - {signal: IO3, pin: PD13, function: 9}
            """)
        #expect(board.chips.map(\.wiring) == [.firstBank])
        #expect(board.part == "stm32h743")
    }
}
