// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import FlashController
import Testing

@testable import HardwareDescription

@Suite struct `What is said of board and flash` {
    @Test(
        arguments: [
            (.controllerClockOff, "the QUADSPI's clock is off"),
            (.portClockOff("GPIOG", signals: [.data2, .data3]), "the clock of GPIOG is off (IO2, IO3)"),
            (
                .pinNotConnected(
                    BoardDefinition.Pin(signal: .clock, pin: PinName(port: 1, number: 2), function: 9),
                    mode: 1,
                    function: 0), "PB2 (CLK) is an output, not alternate function 9"
            ),
            (.wrongBank(selected: 1, board: 2), "the loader selected bank 1, the board's flash is on bank 2"),
            (
                .drivesBothBanks(board: [2]),
                "the loader drives both banks as one memory; the board has a flash on bank 2 only"
            ),
            (.silent(bank: 1, id: [0, 0, 0]), "nothing answers on bank 1 (JEDEC id reads 00 00 00)"),
            (
                .otherChip(bank: 2, id: [0xC8, 0x40, 0x18], chips: ["GD25Q128"], expected: "W25Q128JV"),
                "the flash on bank 2 is not the board file's W25Q128JV: its JEDEC id is c8 40 18 (GD25Q128)"
            ),
            (
                .setUp(banks: [2], divider: 2, isMapped: true),
                "the QUADSPI is set to bank 2, its kernel clock divided by 2, memory-mapped"
            ),
        ] as [(FlashFinding, String)])
    func `one finding`(finding: FlashFinding, text: String) { #expect(finding.text == text) }

    @Test func `pins for four lines may be used for something else`() {
        func finding(_ signal: BoardDefinition.Signal, mode: UInt8) -> FlashFinding {
            .pinNotConnected(
                BoardDefinition.Pin(signal: signal, pin: PinName(port: 6, number: 9), function: 9),
                mode: mode,
                function: 0)
        }
        #expect(!finding(.data2, mode: 1).isTelling)
        #expect(finding(.data2, mode: 3).isTelling)
        #expect(finding(.data0, mode: 1).isTelling)
    }
}
