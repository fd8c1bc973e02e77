// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// Clocks and supply as start-up code of the ST HAL sets them up (RM0399, RCC and PWR).
@Suite struct `Start-up` {
    let board = Board()
    private enum PWR {
        static let csr1: UInt32 = 0x5802_4804, cr3: UInt32 = 0x5802_480C, d3cr: UInt32 = 0x5802_4818
    }
    private func wait(_ limit: Picoseconds, _ condition: () -> Bool) -> Picoseconds {
        let start = board.machine.now
        while !condition(), board.machine.now - start < limit { board.elapse(1 * .microsecond) }
        return board.machine.now - start
    }

    @Test func `begins on HSI at 64 MHz with everything else off`() {
        #expect(board[RCC.cr] == 0x0000_C025)
        #expect(board[RCC.cfgr] == 0)
        #expect(board[RCC.pllckselr] == 0x0202_0200)
        #expect(board[RCC.pllcfgr] == 0x01FF_0000)
        #expect(board[RCC.pll1divr] == 0x0101_0280)
        #expect(board[0x5200_2000] == 0x37)
        #expect(board.machine.context.clocks.m7 == 64_000_000)
        #expect(board.machine.context.clocks.bus == 64_000_000)
    }

    /// SystemClock_Config: direct SMPS, VOS1, HSE 25 MHz, PLL1 at 400 MHz, HCLK at 200 MHz.
    @Test func `reaches 400 MHz as CubeMX does it`() {
        #expect(board[PWR.csr1] >> 13 & 1 == 1)
        board[PWR.cr3] = board[PWR.cr3] & ~0x37 | 4
        #expect(wait(1 * .second) { self.board[PWR.csr1] >> 13 & 1 == 1 } < 1 * .millisecond)
        board[PWR.d3cr] = 3 << 14
        #expect(board[PWR.d3cr] >> 13 & 1 == 0)
        #expect(wait(1 * .second) { self.board[PWR.d3cr] >> 13 & 1 == 1 } < 1 * .millisecond)
        #expect(board[PWR.csr1] >> 14 & 3 == 3)

        board[RCC.cr] |= 1 << 16
        #expect(board[RCC.cr] >> 17 & 1 == 0)
        #expect(wait(100 * .millisecond) { self.board[RCC.cr] >> 17 & 1 == 1 } < 100 * .millisecond)
        // 25 MHz / 5 * 160 / 2.
        board[RCC.pllckselr] = 2 | 5 << 4
        board[RCC.pll1divr] = 159 | 1 << 9 | 3 << 16 | 1 << 24
        board[RCC.pllcfgr] = 0x0007_0008
        board[RCC.cr] |= 1 << 24
        #expect(board[RCC.cr] >> 25 & 1 == 0)
        #expect(wait(2 * .millisecond) { self.board[RCC.cr] >> 25 & 1 == 1 } < 2 * .millisecond)
        board[0x5200_2000] = 0x24
        #expect(board[0x5200_2000] == 0x24)
        board[RCC.d1cfgr] = 8 | 4 << 4
        board[RCC.cfgr] = 3
        #expect(wait(1 * .millisecond) { self.board[RCC.cfgr] >> 3 & 7 == 3 } < 1 * .millisecond)
        let clocks = board.machine.context.clocks
        #expect(clocks.m7 == 400_000_000)
        #expect(clocks.bus == 200_000_000)
        #expect(clocks.apb3 == 100_000_000)
        #expect(clocks.quadSPI == 200_000_000)
        // What the system runs from cannot be switched off.
        board[RCC.cr] &= ~(1 << 24 | 1 << 16)
        #expect(board[RCC.cr] >> 24 & 3 == 3)
        #expect(board[RCC.cr] >> 16 & 3 == 3)
    }
    @Test func `never locks a PLL whose input or oscillator is out of range`() {
        // 64 MHz into the phase detector; then 16 MHz * 100.
        for (selector, divisors) in [(1 << 4, 0x0101_0280), (4 << 4, 0x0101_0263)] as [(UInt32, UInt32)] {
            board[RCC.cr] &= ~(1 << 24)
            board[RCC.pllckselr] = selector
            board[RCC.pll1divr] = divisors
            board[RCC.pllcfgr] = 0x01FF_000C
            board[RCC.cr] |= 1 << 24
            board.elapse(1 * .second)
            #expect(board[RCC.cr] >> 25 & 1 == 0)
        }
    }
    @Test func `does not change a PLL that runs`() {
        board[RCC.pllckselr] = 4 << 4
        board[RCC.pllcfgr] = 0x01FF_000C
        board[RCC.pll1divr] = 29 | 1 << 9 | 3 << 16
        board[RCC.cr] |= 1 << 24
        board.elapse(1 * .millisecond)
        let before = board[RCC.pll1divr]
        board[RCC.pll1divr] = 0x0101_0280
        #expect(board[RCC.pll1divr] == before)
        board[RCC.cr] &= ~(1 << 24)
        board[RCC.pll1divr] = 0x0101_0280
        #expect(board[RCC.pll1divr] == 0x0101_0280)
    }
    @Test func `runs the core at the speed the registers say`() {
        // adds r0, #1; b .-2: three clocks at most on this model.
        board.halt()
        board.setCoreRegister(0, 0)
        board.run([0x3001, 0xE7FD])
        board.elapse(1 * .millisecond)
        board.halt()
        let full = board.coreRegister(0)
        board.setCoreRegister(0, 0)
        // HSIDIV: by eight.
        board[RCC.cr] |= 3 << 3
        board.resume()
        board.elapse(8 * .millisecond)
        board.halt()
        let slow = board.coreRegister(0)
        #expect(full > 10_000)
        #expect(abs(Int(slow) - Int(full)) < Int(full) / 20)
    }
    @Test func `waits for the compensation cell and the other oscillators`() {
        board[0x5802_44F4] |= 2
        board[RCC.cr] |= 1 << 7
        #expect(wait(1 * .millisecond) { self.board[RCC.cr] >> 8 & 1 == 1 } < 1 * .millisecond)
        board[0x5800_0420] = 1
        #expect(wait(1 * .millisecond) { self.board[0x5800_0420] >> 8 & 1 == 1 } < 1 * .millisecond)
        board[0x5802_4474] = 1
        #expect(wait(10 * .millisecond) { self.board[0x5802_4474] >> 1 & 1 == 1 } < 10 * .millisecond)
        board[RCC.cr] |= 1 << 12
        #expect(wait(1 * .millisecond) { self.board[RCC.cr] >> 13 & 1 == 1 } < 1 * .millisecond)
    }

    // MARK: Supply

    @Test func `loses the part when software picks the wrong regulator, until power is cycled`() {
        let board = Board { $0.supply = .directSMPS }
        #expect(board.machine.debugPinsAreConnected)
        board[PWR.cr3] = 2
        board.elapse(1 * .millisecond)
        #expect(!board.machine.debugPinsAreConnected)
        #expect(board.read(0x2400_0000) == nil)
        board.machine.powerCycle()
        board.elapse(1 * .millisecond)
        #expect(board.machine.debugPinsAreConnected)
        // The right one can be written once.
        board[PWR.cr3] = 4
        board[PWR.cr3] = 2
        board.elapse(1 * .millisecond)
        #expect(board[PWR.cr3] & 0x37 == 4)
    }

    // MARK: Reset causes

    @Test func `tells why it was reset, to each core for itself`() {
        #expect(board[RCC.rsr] & 0x00FE_0000 == 0x00FE_0000)
        board[RCC.rsr] = 1 << 16
        #expect(board[RCC.rsr] == 0)
        #expect(board[0x5802_4590] != 0)
        board.machine.probeHoldsReset = true
        board.elapse(1 * .millisecond)
        board.machine.probeHoldsReset = false
        board.elapse(1 * .millisecond)
        #expect(board[RCC.rsr] == 0x0046_0000)
        board[RCC.rsr] = 1 << 16
        // SYSRESETREQ of the M7.
        board.write(0xE000_ED0C, 0x05FA_0004, port: 0)
        board.elapse(1 * .millisecond)
        #expect(board[RCC.rsr] == 0x0146_0000)
    }
    @Test func `keeps RAM and the debug settings over a reset, and registers not`() {
        board[0x2400_0000] = 0x600D_F00D
        board.write(0xE00E_1004, 0x3F, port: 2)
        board.write(0xE000_EDF0, 0xA05F_0001, port: 0)
        board.setUpQuadSPI()
        board.machine.probeHoldsReset = true
        board.elapse(1 * .millisecond)
        #expect(board.read(0x2400_0000) == nil)
        #expect(board.read(0xE00E_1004, port: 2) == 0x3F)
        board.machine.probeHoldsReset = false
        board.elapse(1 * .millisecond)
        #expect(board[0x2400_0000] == 0x600D_F00D)
        #expect(board.read(0xE00E_1004, port: 2) == 0x3F)
        #expect(board.value(0xE000_EDF0, port: 0) & 1 == 1)
        #expect(board[RCC.ahb3enr] == 0)
        board[RCC.ahb3enr] = 1 << 14
        #expect(board[QSPI.cr] == 0)
    }
    @Test func `stops at the reset vector when asked to`() {
        board.haltAtReset()
        #expect(board.value(0xE000_EDF0, port: 0) >> 17 & 1 == 1)
        #expect(board.value(0xE000_ED30, port: 0) & 8 == 8)
    }
}
