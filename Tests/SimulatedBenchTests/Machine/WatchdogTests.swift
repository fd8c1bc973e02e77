// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// Watchdogs, timers and interrupts (RM0399, IWDG, WWDG, TIM2 and DBGMCU).
@Suite struct `Watchdogs and interrupts` {
    let board = Board()
    private static let watchdog: UInt32 = 0x5800_4800
    private var hasReset: Bool { board[0x5802_4530] >> 26 & 1 == 1 }

    private func startWatchdog(prescaler: UInt32, reload: UInt32) {
        board[0x5802_4530] = 1 << 16
        board[Self.watchdog] = 0x5555
        board[Self.watchdog + 4] = prescaler
        board[Self.watchdog + 8] = reload
        #expect(board[Self.watchdog + 0xC] != 0)
        board.elapse(1 * .millisecond)
        #expect(board[Self.watchdog + 0xC] == 0)
        board[Self.watchdog] = 0xCCCC
    }

    /// LSI at 32 kHz.
    @Test(
        arguments: [(0, 0xFFF, 512_000), (6, 0xFFF, 32_768_000), (3, 99, 100_000)]
            as [(UInt32, UInt32, UInt64)])
    func `resets the part after (RLR + 1) times the prescaler`(
        prescaler: UInt32, reload: UInt32, time: UInt64
    ) {
        startWatchdog(prescaler: prescaler, reload: reload)
        let limit = time * .microsecond
        board.elapse(limit - limit / 100)
        #expect(!hasReset)
        board[Self.watchdog] = 0xAAAA
        board.elapse(limit - limit / 100)
        #expect(!hasReset)
        board.elapse(limit / 50)
        #expect(hasReset)
        // The reset stops it.
        board[0x5802_4530] = 1 << 16
        board.elapse(2 * limit)
        #expect(!hasReset)
    }
    @Test func `takes no settings without its key`() {
        board[Self.watchdog + 8] = 0x10
        #expect(board[Self.watchdog + 8] == 0xFFF)
        board[Self.watchdog] = 0x5555
        board[Self.watchdog + 8] = 0x10
        #expect(board[Self.watchdog + 8] == 0x10)
        board[Self.watchdog] = 0xAAAA
        board[Self.watchdog + 8] = 0x20
        #expect(board[Self.watchdog + 8] == 0x10)
    }
    @Test func `stands still while its core is halted, if DBGMCU says so`() {
        startWatchdog(prescaler: 0, reload: 0xFFF)
        board.write(0xE00E_1054, 1 << 18, port: 2)
        board.halt()
        board.elapse(5 * .second)
        #expect(!hasReset)
        board.resume()
        board.elapse(520 * .millisecond)
        #expect(hasReset)
    }
    @Test func `does not stand still otherwise`() {
        startWatchdog(prescaler: 0, reload: 0xFFF)
        board.halt()
        board.elapse(520 * .millisecond)
        #expect(hasReset)
    }

    // MARK: SysTick and NVIC

    /// A vector table at 0x24002000 whose handlers add one to a word each.
    private func install(_ exception: UInt32, counting counter: UInt32) {
        // push {r0, r1}; ldr r0, [pc, #8]; ldr r1, [r0]; adds r1, #1; str r1, [r0]; pop {r0, r1}; bx lr; .word counter
        let handler: [UInt16] = [0xB403, 0x4803, 0x6801, 0x3101, 0x6001, 0xBC03, 0x4770, 0xBF00]
        let place = 0x2400_3000 + exception * 32
        for (index, halfword) in handler.enumerated() {
            board.write(place + 2 * UInt32(index), UInt32(halfword), .halfword)
        }
        board[place + 16] = counter
        board[counter] = 0
        board[0x2400_2000 + 4 * exception] = place | 1
        board.write(0xE000_ED08, 0x2400_2000, port: 0)
    }

    @Test func `takes SysTick at its rate`() {
        board.haltAtReset()
        install(15, counting: 0x2400_4000)
        board.write(0xE000_E014, 63_999, port: 0)
        board.write(0xE000_E018, 0, port: 0)
        board.write(0xE000_E010, 7, port: 0)
        // b .
        board.run([0xE7FE])
        // Not at the moment of an interrupt.
        board.elapse(100_500 * .microsecond)
        #expect((99...101 as ClosedRange<UInt32>).contains(board[0x2400_4000]))
        // C_MASKINTS holds it off.
        board.halt()
        board.write(0xE000_EDF0, 0xA05F_000B, port: 0)
        board.write(0xE000_EDF0, 0xA05F_0009, port: 0)
        let before = board[0x2400_4000]
        board.elapse(50 * .millisecond)
        #expect(board[0x2400_4000] == before)
    }
    @Test func `takes an interrupt of TIM2, and none while it is disabled`() {
        board.haltAtReset()
        install(16 + 28, counting: 0x2400_4000)
        board[RCC.apb1lenr] |= 1
        // 64 MHz / 64 / 1000: each millisecond.
        board[0x4000_0028] = 63
        board[0x4000_002C] = 999
        board[0x4000_000C] = 1
        board[0x4000_0000] = 1
        board.run([0xE7FE])
        board.elapse(10 * .millisecond)
        #expect(board[0x2400_4000] == 0)
        #expect(board.value(0xE000_E200, port: 0) >> 28 & 1 == 1)
        board.write(0xE000_E100, 1 << 28, port: 0)
        board.elapse(1 * .millisecond)
        // The handler leaves the flag set, so it is entered again and again.
        #expect(board[0x2400_4000] > 10)
        board[0x4000_000C] = 0
        board.elapse(100 * .microsecond)
        let before = board[0x2400_4000]
        board.elapse(5 * .millisecond)
        #expect(board[0x2400_4000] == before)
    }
    @Test func `runs the handler for a QUADSPI transfer that is complete`() {
        board.haltAtReset()
        board.setUpQuadSPI()
        install(16 + 92, counting: 0x2400_4000)
        board.write(0xE000_E108, 1 << 28, port: 0)
        board.run([0xE7FE])
        // TCIE, then one instruction whose flag is cleared at once.
        board[QSPI.cr] |= 1 << 17
        board[QSPI.ccr] = 0x06 | 1 << 8
        board.elapse(20 * .microsecond)
        #expect(board[0x2400_4000] > 0)
        board[QSPI.fcr] = 2
        board.elapse(20 * .microsecond)
        let before = board[0x2400_4000]
        board.elapse(1 * .millisecond)
        #expect(board[0x2400_4000] == before)
    }
    @Test func `counts clocks in CYCCNT while the core runs`() {
        board.write(0xE00E_1004, 0x20_0007, port: 2)
        board.halt()
        board.write(0xE000_EDFC, 1 << 24, port: 0)
        board.write(0xE000_1FB0, 0xC5AC_CE55, port: 0)
        board.write(0xE000_1004, 0, port: 0)
        board.write(0xE000_1000, 1, port: 0)
        board.run([0xE7FE])
        let first = board.value(0xE000_1004, port: 0)
        board.elapse(1 * .millisecond)
        let second = board.value(0xE000_1004, port: 0)
        #expect((63_900...64_100 as ClosedRange<UInt32>).contains(second &- first))
    }
}
