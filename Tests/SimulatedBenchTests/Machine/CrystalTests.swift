// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// What is fitted for HSE and LSE, and what software asks for (RM0399, HSE and LSE oscillators).
@Suite struct `Crystals and oscillators` {
    private static let bdcr: UInt32 = 0x5802_4470
    private static let crystal = Crystals(highSpeed: 16_000_000)
    private static let oscillator = Crystals(highSpeed: 16_000_000, isOscillator: true)

    private func board(_ crystals: Crystals) -> Board { Board { $0.board.crystals = crystals } }
    /// HSERDY 50 ms after HSEON.
    private func startsExternal(_ board: Board, bypassed: Bool) -> Bool {
        board[RCC.cr] |= bypassed ? 1 << 18 : 0
        board[RCC.cr] |= 1 << 16
        board.elapse(50 * .millisecond)
        return board[RCC.cr] >> 17 & 1 == 1
    }

    @Test func `start HSE only where something is fitted`() {
        #expect(startsExternal(board(Self.crystal), bypassed: false))
        #expect(!startsExternal(board(Crystals()), bypassed: false))
        #expect(!startsExternal(board(Crystals()), bypassed: true))
    }
    @Test func `do nothing in bypass mode, an oscillator runs either way`() {
        #expect(!startsExternal(board(Self.crystal), bypassed: true))
        #expect(startsExternal(board(Self.oscillator), bypassed: true))
        #expect(startsExternal(board(Self.oscillator), bypassed: false))
    }
    @Test func `an oscillator in bypass mode is ready sooner than a crystal`() {
        let board = board(Self.oscillator)
        board[RCC.cr] |= 1 << 18
        board[RCC.cr] |= 1 << 16
        board.elapse(100 * .microsecond)
        #expect(board[RCC.cr] >> 17 & 1 == 1)
        // HSEBYP stays while HSE is on.
        board[RCC.cr] &= ~(1 << 18)
        #expect(board[RCC.cr] >> 18 & 1 == 1)
        board[RCC.cr] &= ~(1 << 16)
        board[RCC.cr] &= ~(1 << 18)
        #expect(board[RCC.cr] >> 16 & 7 == 0)
    }
    @Test func `give the clocks their frequency`() {
        let board = board(Self.crystal)
        #expect(startsExternal(board, bypassed: false))
        board[RCC.cfgr] = 2
        board.elapse(1 * .millisecond)
        #expect(board[RCC.cfgr] >> 3 & 7 == 2)
        #expect(board.machine.context.clocks.bus == 16_000_000)
        board[RCC.d1ccipr] = 3 << 4 | 2 << 28
        #expect(board.machine.context.clocks.quadSPI == 16_000_000)
    }
    @Test func `a PLL on HSE never locks without it`() {
        let board = board(Crystals())
        board[RCC.cr] |= 1 << 16
        board[RCC.pllckselr] = 2 | 5 << 4
        board[RCC.pll1divr] = 159 | 1 << 9 | 3 << 16 | 1 << 24
        board[RCC.pllcfgr] = 0x0007_0008
        board[RCC.cr] |= 1 << 24
        board.elapse(100 * .millisecond)
        #expect(board[RCC.cr] >> 25 & 1 == 0)
        // The switch to it never happens.
        board[RCC.cfgr] = 3
        board.elapse(10 * .millisecond)
        #expect(board[RCC.cfgr] >> 3 & 7 == 0)
    }
    @Test func `start LSE only where something is fitted, and slowly`() {
        let fitted = board(Crystals(lowSpeed: 32_768)), bare = board(Crystals(highSpeed: 25_000_000))
        for board in [fitted, bare] {
            board[Self.bdcr] = 1
            board.elapse(1 * .millisecond)
            #expect(board[Self.bdcr] & 3 == 1)
            board.elapse(3 * .second)
        }
        #expect(fitted[Self.bdcr] & 3 == 3)
        #expect(bare[Self.bdcr] & 3 == 1)
        fitted[Self.bdcr] = 0
        #expect(fitted[Self.bdcr] & 3 == 0)
    }
    @Test(arguments: [(.ldo, 2), (.directSMPS, 4), (.external, 1)] as [(BenchConfiguration.Supply, UInt32)])
    func `a supply that the board has keeps the part, another one loses it`(
        supply: BenchConfiguration.Supply, right: UInt32
    ) {
        for choice in [1, 2, 4] as [UInt32] {
            let board = Board { $0.supply = supply }
            board[0x5802_480C] = board[0x5802_480C] & ~0x37 | choice
            board.elapse(1 * .millisecond)
            #expect(board.machine.hasCoreSupply == (choice == right))
        }
    }
}
