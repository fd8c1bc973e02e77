// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// What was running before we came is really running.
@Suite struct `Applications` {
    @Test(arguments: BenchConfiguration.Application.allCases)
    func `run for a second of virtual time`(_ application: BenchConfiguration.Application) {
        let board = Board { $0.application = application }
        let start = board.machine.now
        board.elapse(1 * .second)
        #expect(board.machine.now - start == 1 * .second)
    }

    @Test func `blank parts lock up on both cores`() {
        let board = Board()
        #expect(board.value(0xE000_EDF0, port: 0) >> 19 & 1 == 1)
        #expect(board.value(0xE000_EDF0, port: 3) >> 19 & 1 == 1)
        #expect(board.read(0x0800_0000) == 0xFFFF_FFFF)
    }

    @Test func `mapped leaves the window readable and the controller busy`() {
        let board = Board {
            $0.application = .mapped
            $0.flashContents = [0x11, 0x22, 0x33, 0x44]
        }
        #expect(board[QSPI.sr] & 0x20 != 0)
        #expect(board.read(0x9000_0000) == 0x4433_2211)
    }

    @Test(arguments: [BoardDescription.firstBank, .dual, .sharedSelect])
    func `mapped follows the board`(description: BoardDescription) {
        let contents: [UInt8] = (0..<16).map { UInt8(0x10 + $0) }
        let board = Board {
            $0.board = description
            $0.application = .mapped
            $0.flashContents = contents
        }
        #expect(board.read(0x9000_0004) == 0x1716_1514)
        #expect(board.read(0x9000_0000) == 0x1312_1110)
    }
    @Test(arguments: `Flash files`.names) func `mapped reads each part as that is read`(part: String) {
        let contents: [UInt8] = (0..<64).map { UInt8(0x10 + $0) }
        let board = Board {
            for index in $0.board.chips.indices { $0.board.chips[index].flash = part }
            $0.application = .mapped
            $0.flashContents = contents
        }
        #expect(board[QSPI.sr] & 0x20 != 0)
        #expect(board.read(0x9000_0004) == 0x1716_1514)
        #expect(board.read(0x9000_0020) == 0x3332_3130)
    }
    @Test func `a busy second core takes the flash's clock pin away, wherever that is`() {
        var wiring = ChipWiring.firstBank
        wiring.clock = PinName("PF10")
        let board = Board {
            $0.board = .with([wiring])
            $0.application = .m4Busy
        }
        board.setUpQuadSPI()
        board.elapse(1 * .millisecond)
        #expect(board[0x5802_1400] >> 20 & 3 == 3)
    }

    @Test func `caches leaves the MPU, both caches and the window forbidden`() {
        let board = Board { $0.application = .caches }
        board.write(0xE00E_1004, 7, port: 2)
        #expect(board.read(0xE000_ED94, port: 0) == 5)
        #expect(board.value(0xE000_ED14, port: 0) >> 16 & 3 == 3)
    }

    @Test func `tasks run on the process stack with an interrupt pending`() {
        let board = Board { $0.application = .rtos }
        board.write(0xE00E_1004, 7, port: 2)
        #expect(board.halt())
        let control = board.coreRegister(20) >> 24
        #expect(control & 2 == 2)
        #expect(board.value(0xE000_E200, port: 0) >> 28 & 1 == 1)
        // The two tasks have their own stacks.
        var stacks: Set<UInt32> = []
        for _ in 0..<8 {
            stacks.insert(board.coreRegister(18) >> 12)
            board.resume()
            board.elapse(1_100 * .microsecond)
            board.halt()
        }
        #expect(stacks == [0x2_0001, 0x2_0002])
    }

    @Test func `a busy M4 counts, takes the flash's clock pin, and stops when halted`() {
        let board = Board { $0.application = .m4Busy }
        let first = board[0x3800_0000]
        board.elapse(1 * .millisecond)
        #expect(board[0x3800_0000] - first == 10)
        board.setUpQuadSPI()
        board.elapse(1 * .millisecond)
        #expect(board[0x5802_0400] >> 4 & 3 == 3)
        board.write(0xE00E_1004, 0x38, port: 2)
        #expect(board.halt(port: 3))
        let second = board[0x3800_0000]
        board.elapse(1 * .millisecond)
        #expect(board[0x3800_0000] == second)
    }

    @Test func `a crashing M4 resets the part every five milliseconds until it is held`() {
        let board = Board { $0.application = .m4Crash }
        board[0x5802_44D0] = 1 << 16
        board.write(0x5802_4530, 1 << 16)
        board.elapse(6 * .millisecond)
        #expect(board[0x5802_4530] >> 25 & 1 == 1)
        board.write(0xE00E_1004, 0x38, port: 2)
        #expect(board.halt(port: 3))
        board.write(0x5802_4530, 1 << 16)
        board.elapse(50 * .millisecond)
        #expect(board[0x5802_4530] == 0)
    }

    @Test func `an M4 without a clock leaves AP3 dead until it is booted`() {
        let board = Board { $0.application = .m4Unclocked }
        #expect(board.machine.accessPorts[3].identification == 0x0003_0003)
        #expect(board.read(0xE000_ED00, port: 3) == nil)
        #expect(board[RCC.cr] >> 15 & 1 == 0)
        board[RCC.gcr] = 8
        board.elapse(10 * .microsecond)
        #expect(board.machine.accessPorts[3].identification == 0x2477_0011)
        #expect(board.read(0xE000_ED00, port: 3) == 0x410F_C241)
    }

    @Test func `sleeping cores answer once debug in sleep is enabled`() {
        let board = Board { $0.application = .asleep }
        #expect(board.read(0xE000_EDF0, port: 0) == nil)
        #expect(board.read(0x2400_0000, port: 1) != nil)
        board.write(0xE00E_1004, 0x3F, port: 2)
        #expect(board.value(0xE000_EDF0, port: 0) >> 18 & 1 == 1)
        #expect(board.halt())
        #expect(board.halt(port: 3))
    }

    @Test func `a stopped part answers through AP2 only, until debug in stop is enabled`() {
        let board = Board { $0.application = .stop }
        #expect(board.read(0x2400_0000, port: 1) == nil)
        #expect(board.read(0xE000_EDF0, port: 0) == nil)
        #expect(board.machine.accessPorts[3].identification == 0x0003_0003)
        #expect(board.read(0xE00E_1000, port: 2) == 0x2003_6450)
        board.write(0xE00E_1004, 0x3F, port: 2)
        #expect(board.halt())
        #expect(board.read(0x2400_0000, port: 1) != nil)
        #expect(board.halt(port: 3))
    }

    @Test func `DMA goes on while both cores are halted`() {
        let board = Board { $0.application = .dma }
        board.write(0xE00E_1004, 0x3F, port: 2)
        #expect(board.halt())
        let before = board[0x4002_0014]
        board.elapse(10 * .millisecond)
        #expect((before &- board[0x4002_0014]) & 1023 == 100)
        // Stopping the stream ends it.
        board[0x4002_0010] = 0
        board[0x2400_0000] = 0x1234_5678
        board.elapse(200 * .millisecond)
        #expect(board[0x2400_0000] == 0x1234_5678)
    }

    @Test func `debug pins come back while nRST is low`() {
        let board = Board { $0.application = .debugPinsOff }
        #expect(!board.machine.debugPinsAreConnected)
        board.machine.probeHoldsReset = true
        #expect(board.machine.debugPinsAreConnected)
        board.machine.probeHoldsReset = false
        board.elapse(1 * .millisecond)
        #expect(!board.machine.debugPinsAreConnected)
    }

    /// What DHCSR shows of both cores with debug in low power enabled: S_SLEEP, S_LOCKUP, or neither.
    enum State { case running, asleep, lockedUp, dead }

    @Test(
        arguments: [
            (.none, .lockedUp, .lockedUp), (.mapped, .asleep, .lockedUp), (.caches, .asleep, .lockedUp),
            (.rtos, .asleep, .lockedUp), (.m4Unclocked, .lockedUp, .dead), (.asleep, .asleep, .asleep),
            (.stop, .asleep, .asleep), (.watchdog, .asleep, .lockedUp), (.dma, .asleep, .lockedUp),
        ] as [(BenchConfiguration.Application, State, State)])
    func `leave both cores in their state`(
        _ application: BenchConfiguration.Application, m7: State, m4: State
    ) {
        let board = Board { $0.application = application }
        board.write(0xE00E_1004, 0x3F, port: 2)
        // Away from a tick that wakes a core for a moment.
        board.elapse(300 * .microsecond)
        for (port, expected) in [(0, m7), (3, m4)] {
            let status = board.read(0xE000_EDF0, port: port)
            let state: State =
                switch status.map({ $0 >> 18 & 3 }) {
                case nil: .dead
                case 0: .running
                case 1: .asleep
                default: .lockedUp
                }
            #expect(state == expected, "AP\(port)")
            // Whatever it does, it can be halted, and goes on afterwards.
            if expected != .dead { #expect(board.halt(port: port), "AP\(port)") }
        }
    }

    @Test func `watchdogs bite a halted core unless they are frozen`() {
        func flags(_ board: Board) -> UInt32 { board[0x5802_4530] & 0x3C00_0000 }
        let board = Board { $0.application = .watchdog }
        board[0x5802_4530] = 1 << 16
        board.elapse(2 * .second)
        #expect(flags(board) == 0)
        // The core sleeps between ticks: without this it could not be halted.
        board.write(0xE00E_1004, 7, port: 2)
        #expect(board.halt())
        board.elapse(500 * .millisecond)
        #expect(flags(board) != 0)

        let frozen = Board { $0.application = .watchdog }
        frozen[0x5802_4530] = 1 << 16
        frozen.write(0xE00E_1034, 1 << 6, port: 2)
        frozen.write(0xE00E_1054, 1 << 18, port: 2)
        frozen.write(0xE00E_1004, 7, port: 2)
        #expect(frozen.halt())
        frozen.elapse(10 * .second)
        #expect(flags(frozen) == 0)
        frozen.resume()
        frozen.elapse(2 * .second)
        #expect(flags(frozen) == 0)
    }
}
