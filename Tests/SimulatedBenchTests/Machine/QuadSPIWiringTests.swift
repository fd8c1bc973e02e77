// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// What must be right between the controller and the flash: clocks, pins and speed.
@Suite struct `QUADSPI wiring` {
    static let contents: [UInt8] = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    let board = Board { $0.flashContents = Self.contents }
    private var identity: [UInt8] { board.command(0x9F, read: 3) }

    // MARK: Pins

    @Test(arguments: [(1, 2), (2, 11), (7, 2), (7, 3)] as [(UInt32, UInt32)])
    func `leaves the flash silent when CLK, NCS, IO0 or IO1 is not routed`(port: UInt32, pin: UInt32) {
        for change in 0..<3 {
            board.setUpQuadSPI()
            #expect(identity == [0xEF, 0x40, 0x18])
            switch change {
            // Another function, an output, an input.
            case 0: board.route(port, pin, to: 10)
            case 1:
                board.setLevel(port, pin, true)
                board.setMode(port, pin, 1)
            default: board.setMode(port, pin, 0)
            }
            #expect(identity != [0xEF, 0x40, 0x18])
        }
    }
    @Test(arguments: [(6, 9), (6, 14)] as [(UInt32, UInt32)])
    func `spoils quad reads only when IO2 or IO3 is not routed`(port: UInt32, pin: UInt32) {
        board.setUpQuadSPI()
        board.setMode(port, pin, 0)
        #expect(identity == [0xEF, 0x40, 0x18])
        let bytes = board.command(0x6B, address: 0x10, dummy: 8, lines: (1, 1, 4), read: 16)
        #expect(bytes != Array(Self.contents[0x10..<0x20]))
        let bit: UInt8 = pin == 9 ? 0x44 : 0x88
        #expect(bytes == Self.contents[0x10..<0x20].map { $0 | bit })
    }
    @Test func `takes no pin settings while a port has no clock`() {
        board[RCC.ahb4enr] = 0x7FF & ~(1 << 2)
        board[RCC.ahb3enr] |= 1 << 14
        for (port, pin) in [(1, 2), (2, 11), (7, 2), (7, 3), (6, 9), (6, 14)] as [(UInt32, UInt32)] {
            board.route(port, pin, to: 9)
        }
        board[QSPI.dcr] = 23 << 16
        board[QSPI.cr] = 1 << 24 | 0x81
        #expect(identity == [0xFF, 0xFF, 0xFF])
        board[RCC.ahb4enr] = 0x7FF
        board.route(2, 11, to: 9)
        #expect(identity == [0xEF, 0x40, 0x18])
    }
    @Test func `keeps registers at zero without the bus clock, and forgets them in reset`() {
        board[QSPI.cr] = 0x0100_0081
        #expect(board[QSPI.cr] == 0)
        board.setUpQuadSPI()
        #expect(board[QSPI.cr] != 0)
        board[RCC.ahb3rstr] = 1 << 14
        board[RCC.ahb3rstr] = 0
        #expect(board[QSPI.cr] == 0)
        #expect(board[QSPI.dcr] == 0)
        board.setUpQuadSPI()
        #expect(identity == [0xEF, 0x40, 0x18])
    }

    // MARK: Faults of the flash

    @Test(
        arguments: [
            (.absent, [0xFF, 0xFF, 0xFF]), (.unpowered, [0, 0, 0]), (.wrongID, [0xEF, 0x70, 0x18]),
            (.poweredDown, [0xFF, 0xFF, 0xFF]), (.stuckBusy, [0xFF, 0xFF, 0xFF]), (.qpi, [0xFF, 0xFF, 0xFF]),
        ] as [(BenchConfiguration.FlashFault, [UInt8])])
    func `shows the flash's fault in the id`(fault: BenchConfiguration.FlashFault, id: [UInt8]) {
        let board = Board { $0.flashFault = fault }
        board.setUpQuadSPI()
        let found = board.command(0x9F, read: 3)
        if fault == .stuckBusy {
            #expect(board.command(0x05, read: 1)[0] & 1 == 1)
        } else {
            #expect(found == id)
        }
    }

    // MARK: Speed

    /// PLL1 from HSI/4 = 16 MHz, VCO 480 MHz, Q divided by `divider`.
    private func setUpPLL(divider: UInt32) {
        board[RCC.pllckselr] = 4 << 4
        board[RCC.pllcfgr] = 0x01FF_000C
        board[RCC.pll1divr] = 29 | 1 << 9 | (divider - 1) << 16
        board[RCC.cr] |= 1 << 24
        board.elapse(1 * .millisecond)
        #expect(board[RCC.cr] >> 25 & 1 == 1)
        board[RCC.d1ccipr] = 1 << 4
    }
    private func errors(_ opcode: UInt8, dummy: UInt32 = 0, shifted: Bool) -> Int {
        board[QSPI.cr] = board[QSPI.cr] & ~0x10 | (shifted ? 0x10 : 0)
        let bytes = board.command(opcode, address: 0, dummy: dummy, read: 1024)
        return zip(bytes, Self.contents).count { $0 != $1 }
    }

    @Test func `reads right up to the limits and wrong beyond`() {
        setUpPLL(divider: 4)
        board.setUpQuadSPI(prescaler: 0)
        // 120 MHz.
        #expect(errors(0x0B, dummy: 8, shifted: true) == 0)
        #expect(errors(0x0B, dummy: 8, shifted: false) > 0)
        #expect(errors(0x03, shifted: true) > 0)
        // 60 MHz.
        board[QSPI.cr] |= 1 << 24
        #expect(errors(0x0B, dummy: 8, shifted: false) == 0)
        #expect(errors(0x03, shifted: true) > 0)
        // 40 MHz.
        board[QSPI.cr] = board[QSPI.cr] & 0xFF_FFFF | 2 << 24
        #expect(errors(0x03, shifted: true) == 0)
        #expect(errors(0x03, shifted: false) == 0)
    }
    @Test func `reads wrong beyond 133 MHz`() {
        setUpPLL(divider: 3)
        board.setUpQuadSPI(prescaler: 0)
        #expect(errors(0x0B, dummy: 8, shifted: true) > 0)
    }
}
