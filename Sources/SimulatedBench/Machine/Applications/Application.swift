// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What firmware left behind or keeps doing, as programs that really run.
enum Application {
    struct Image {
        var m7: [UInt8] = []
        var m4: [UInt8] = []
    }

    /// `flash` is the first chip that is fitted.
    static func image(
        of application: BenchConfiguration.Application, on board: BoardDescription, flash: SerialFlash?
    ) -> Image {
        switch application {
        case .none, .m4Unclocked: Image()
        case .mapped: Image(m7: mapped(board, MappedRead(of: flash, chips: board.isDualFlash ? 2 : 1)))
        case .caches: Image(m7: caches)
        case .rtos: Image(m7: tasks)
        case .m4Busy: Image(m7: spinning, m4: busySecondCore(board))
        case .m4Crash: Image(m7: spinning, m4: crashingSecondCore)
        case .asleep: Image(m7: sleeping(deeply: false, m7Base), m4: sleeping(deeply: false, m4Base))
        case .stop: Image(m7: sleeping(deeply: true, m7Base), m4: sleeping(deeply: true, m4Base))
        case .watchdog: Image(m7: watchdogs)
        case .dma: Image(m7: directMemoryAccess)
        case .debugPinsOff: Image(m7: withoutDebugPins)
        }
    }

    private static let m7Base: UInt32 = 0x0800_0000
    private static let m4Base: UInt32 = 0x0810_0000
    private static func m7Program() -> ThumbProgram { ThumbProgram(at: m7Base, stack: 0x2002_0000) }
    private static func m4Program() -> ThumbProgram { ThumbProgram(at: m4Base, stack: 0x3004_8000) }

    /// RCC enable registers as the running core sees them.
    private enum Enable {
        static let ahb3: UInt32 = 0x5802_44D4, ahb1: UInt32 = 0x5802_44D8
        static let ahb4: UInt32 = 0x5802_44E0, apb3: UInt32 = 0x5802_44E4
        static let apb1L: UInt32 = 0x5802_44E8
    }

    // MARK: QUADSPI

    /// Pins, controller, memory-mapped reads as the part has them, and a read of the window every millisecond.
    private static func mapped(_ board: BoardDescription, _ read: MappedRead) -> [UInt8] {
        var program = m7Program()
        program.store(0x7FF, at: Enable.ahb4)
        program.set(1 << 14, at: Enable.ahb3)
        for port in PortSettings.all(for: board) {
            let base = 0x5802_0000 + 0x400 * port.number
            program.store(port.low, at: base + 0x20)
            program.store(port.high, at: base + 0x24)
            program.store(port.mode, at: base)
        }
        // Kernel / 4, the board's bank or both, on.
        program.store(read.device, at: 0x5200_5004)
        program.store(0x0300_0011 | board.bankSelection, at: 0x5200_5000)
        program.store(0xFF, at: 0x5200_501C)
        program.store(read.communication, at: 0x5200_5014)
        program.startTick(every: 64_000)
        let loop = program.here
        program.read(QuadSPI.window)
        program.waitForInterrupt()
        program.branch(to: loop)
        program.handler(15)
        program.returnFromHandler()
        return program.bytes
    }

    // MARK: Core state

    /// AXI SRAM execute-never and cached, the QUADSPI window forbidden, both caches on.
    private static var caches: [UInt8] {
        var program = m7Program()
        for (number, base, attributes): (UInt32, UInt32, UInt32) in [
            (0, 0x2400_0000, 0x130B_0025), (1, QuadSPI.window, 0x1000_0037),
        ] {
            program.store(number, at: 0xE000_ED98)
            program.store(base, at: 0xE000_ED9C)
            program.store(attributes, at: 0xE000_EDA0)
        }
        program.store(5, at: 0xE000_ED94)
        program.store(0, at: 0xE000_EF50)
        program.set(3 << 16, at: 0xE000_ED14)
        program.emit(0xF3BF, 0x8F4F, 0xF3BF, 0x8F6F)
        program.startTick(every: 64_000)
        program.sleepForever()
        program.handler(15)
        program.returnFromHandler()
        return program.bytes
    }

    /// Two tasks on the process stack, switched by PendSV each tick; TIM2's interrupt pending behind BASEPRI.
    private static var tasks: [UInt8] {
        var program = m7Program()
        program.handler(15)
        program.store(1 << 28, at: 0xE000_ED04)
        program.returnFromHandler()
        program.handler(14)
        // MRS r0, psp; STMDB r0!, {r4-r11}; r1 = the saved stack pointers
        program.emit(0xF3EF, 0x8009, 0xE920, 0x0FF0)
        program.load(1, 0x2000_0100)
        // LDR r2, [r1]; STR r0, [r1]; LDMIA r2!, {r4-r11}; MSR psp, r2
        program.emit(0x680A, 0x6008, 0xE8B2, 0x0FF0, 0xF382, 0x8809)
        program.returnFromHandler()
        let second = program.here
        program.sleepForever()
        program.handler(1)
        // The second task's first frame: {r4-r11} and eight stacked words with its PC and xPSR.
        program.store(0x2000_17C0, at: 0x2000_0100)
        program.store(program.address(of: second), at: 0x2000_17F8)
        program.store(0x0100_0000, at: 0x2000_17FC)
        program.load(0, 0x2000_2800)
        // MSR psp, r0; then CONTROL.SPSEL.
        program.emit(0xF380, 0x8809)
        program.load(0, 2)
        program.emit(0xF380, 0x8814, 0xF3BF, 0x8F6F)
        // TIM2: priority 0xA0, enabled, pending; BASEPRI 0x50 keeps it waiting.
        program.load(0, 0x50)
        program.emit(0xF380, 0x8811)
        program.store(0xA0, at: 0xE000_E41C)
        program.store(1 << 28, at: 0xE000_E100)
        program.store(1 << 28, at: 0xE000_E200)
        program.startTick(every: 64_000)
        program.sleepForever()
        return program.bytes
    }

    private static func sleeping(deeply: Bool, _ base: UInt32) -> [UInt8] {
        var program = base == m7Base ? m7Program() : m4Program()
        if deeply { program.store(4, at: 0xE000_ED10) }
        program.sleepForever()
        return program.bytes
    }

    private static var spinning: [UInt8] {
        var program = m7Program()
        let loop = program.here
        program.branch(to: loop)
        return program.bytes
    }

    // MARK: The other core

    /// Ten thousand times a second: takes the flash's clock pin away, switches QUADSPI off and counts in SRAM4.
    private static func busySecondCore(_ board: BoardDescription) -> [UInt8] {
        let port = board.chips.first?.wiring.clock?.port ?? 1
        var program = m4Program()
        program.store(0x7FF, at: Enable.ahb4)
        program.set(1 << 14, at: Enable.ahb3)
        program.startTick(every: 6_400)
        program.sleepForever()
        program.handler(15)
        program.store(GPIOPort.modeReset(of: port), at: 0x5802_0000 + 0x400 * UInt32(port))
        program.store(0, at: 0x5200_5000)
        program.read(0x3800_0000)
        // ADDS r0, #1; STR r0, [r1]
        program.emit(0x3001, 0x6008)
        program.returnFromHandler()
        return program.bytes
    }

    /// Five milliseconds after each reset an access to nothing, and a fault handler that resets the part.
    private static var crashingSecondCore: [UInt8] {
        var program = m4Program()
        program.startTick(every: 320_000)
        program.sleepForever()
        program.handler(15)
        program.read(0xA000_0000)
        program.returnFromHandler()
        program.handler(3)
        program.store(0x05FA_0004, at: 0xE000_ED0C)
        program.sleepForever()
        return program.bytes
    }

    // MARK: Things that go on while the cores are halted

    /// IWDG1 (128 ms) and WWDG1 (33 ms, resetting the whole part), fed every 5 ms.
    private static var watchdogs: [UInt8] {
        var program = m7Program()
        program.store(1, at: 0x5802_44A0)
        program.store(1 << 6, at: Enable.apb3)
        // WDGTB = 8, window open all the time.
        program.store(0x187F, at: 0x5000_3004)
        program.store(0xFF, at: 0x5000_3000)
        program.store(0xCCCC, at: 0x5800_4800)
        program.store(0x5555, at: 0x5800_4800)
        program.store(0x3FF, at: 0x5800_4808)
        program.startTick(every: 320_000)
        program.sleepForever()
        program.handler(15)
        program.store(0xAAAA, at: 0x5800_4800)
        program.store(0xFF, at: 0x5000_3000)
        program.returnFromHandler()
        return program.bytes
    }

    /// TIM2's update event, ten thousand times a second, copies its counter into a ring of 4 KiB in AXI SRAM.
    private static var directMemoryAccess: [UInt8] {
        var program = m7Program()
        program.store(1, at: Enable.ahb1)
        program.store(1, at: Enable.apb1L)
        program.store(22, at: 0x4002_0800)
        program.store(1024, at: 0x4002_0014)
        program.store(0x4000_0028, at: 0x4002_0018)
        program.store(0x2400_0000, at: 0x4002_001C)
        // Words, memory increment, circular, on.
        program.store(0x0000_5501, at: 0x4002_0010)
        program.store(3, at: 0x4000_0028)
        program.store(1_599, at: 0x4000_002C)
        program.store(1, at: 0x4000_0014)
        program.store(1 << 8, at: 0x4000_000C)
        program.store(1, at: 0x4000_0000)
        program.sleepForever()
        return program.bytes
    }

    // MARK: Pins

    /// PA13 and PA14 to analog.
    private static var withoutDebugPins: [UInt8] {
        var program = m7Program()
        program.store(1, at: Enable.ahb4)
        program.store(0xBFFF_FFFF, at: 0x5802_0000)
        program.sleepForever()
        return program.bytes
    }
}
