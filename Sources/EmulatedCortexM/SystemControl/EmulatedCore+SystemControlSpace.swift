// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The system control space 0xE000E000...0xE000EFFF (ARMv7-M ARM B3.2).
extension EmulatedCore {
    func readSystemControlSpace(_ offset: UInt32, byDebugger: Bool) -> UInt32 {
        switch offset {
        case 0x004: return 7  // ICTR: 240 lines and more
        case 0x008: return scb.auxiliaryControl
        case 0x010..<0x020: return readTimer(offset)
        case 0x100..<0x5F0: return readInterrupts(offset)
        case 0xD00..<0xD90: return readControlBlock(offset, byDebugger: byDebugger)
        case 0xD90..<0xDBC: return mpu.read(offset &- 0xD90)
        case 0xDF0: return readHaltingControl(byDebugger: byDebugger)
        case 0xDF8: return debug.transferData
        case 0xDFC: return debug.exceptionMonitor
        case 0xF34: return floatingPoint.control
        case 0xF38: return floatingPoint.address
        case 0xF3C: return floatingPoint.defaults
        case 0xF40: return model.floatingPointFeatures.0
        case 0xF44: return model.floatingPointFeatures.1
        case 0xF48: return model.floatingPointFeatures.2
        case 0xF90..<0xFA8 where model.hasCaches: return scb.memoryControls[Int(offset &- 0xF90) / 4]
        default: return 0
        }
    }

    /// Registers that may be written by parts take `lanes`; the others want a whole word and ignore less.
    func writeSystemControlSpace(_ offset: UInt32, _ value: UInt32, lanes: UInt32, byDebugger: Bool) {
        switch offset {
        case 0x400..<0x4F0: writePriorities(first: 16 + Int(offset &- 0x400), value, lanes)
        case 0xD18..<0xD24: writePriorities(first: 4 + Int(offset &- 0xD18), value, lanes)
        case 0xD28: scb.configurableFaults &= ~(value & lanes)
        case 0xF00: triggerInterrupt(value & 0x1FF)
        default:
            if lanes == .max { writeWord(offset, value, byDebugger: byDebugger) }
        }
    }

    private func writeWord(_ offset: UInt32, _ value: UInt32, byDebugger: Bool) {
        switch offset {
        case 0x008: scb.auxiliaryControl = value
        case 0x010..<0x020: writeTimer(offset, value)
        case 0x100..<0x400: writeInterrupts(offset, value)
        case 0xD00..<0xD90: writeControlBlock(offset, value, byDebugger: byDebugger)
        case 0xD90..<0xDBC:
            mpu.write(offset &- 0xD90, value)
            refreshAccessPaths()
        case 0xDF0: writeHaltingControl(value, byDebugger: byDebugger)
        case 0xDF4: transferRegister(value)
        case 0xDF8: debug.transferData = value
        case 0xDFC: writeExceptionMonitor(value, byDebugger: byDebugger)
        case 0xF34: floatingPoint.control = value & 0xC000_017B
        case 0xF38: floatingPoint.address = value & ~7
        case 0xF3C: floatingPoint.defaults = value & 0x07C0_0000
        case 0xF50...0xF78 where model.hasCaches: maintainCache(offset, value)
        case 0xF90..<0xFA8 where model.hasCaches: scb.memoryControls[Int(offset &- 0xF90) / 4] = value
        default: break
        }
        refreshFloatingPoint()
    }

    /// The data cache is not modelled: its operations are accepted and change nothing.
    private func maintainCache(_ offset: UInt32, _ value: UInt32) {
        switch offset {
        case 0xF50: instructionCache.invalidateAll()
        case 0xF58: instructionCache.invalidate(value)
        default: break
        }
        forgetCodeSpan()
    }

    // MARK: SysTick

    private func readTimer(_ offset: UInt32) -> UInt32 {
        settleTimer()
        clockReads &+= 1
        switch offset {
        case 0x010: return timer.readControl()
        case 0x014: return timer.reload
        case 0x018: return timer.value(at: cycles)
        default: return 0x4000_0000  // CALIB: no reference value, and it would not be exact
        }
    }
    private func writeTimer(_ offset: UInt32, _ value: UInt32) {
        settleTimer()
        switch offset {
        case 0x010: timer.writeControl(value, at: cycles)
        case 0x014: timer.writeReload(value, at: cycles)
        case 0x018: timer.writeValue(at: cycles)
        default: break
        }
        timerClock = timer.raisesException ? timer.nextZero ?? .max : .max
        attend()
    }
    /// Brings SysTick up to now and makes its exception pending if it has reached zero.
    func settleTimer() {
        if timer.settle(at: cycles), timer.raisesException {
            nvic.pending[ExceptionNumber.sysTick] = true
            notePending(ExceptionNumber.sysTick)
        }
        timerClock = timer.raisesException ? timer.nextZero ?? .max : .max
    }

    // MARK: NVIC

    private func readInterrupts(_ offset: UInt32) -> UInt32 {
        let index = Int(offset & 0x7F) / 4
        switch offset {
        case 0x400..<0x4F0: return readPriorities(first: 16 + Int(offset &- 0x400))
        case _ where offset & 0x7F >= 0x20: return 0
        case 0x100..<0x200: return nvic.enabled.interrupts(index)
        case 0x200..<0x300: return nvic.pending.interrupts(index)
        case 0x300..<0x380: return nvic.active.interrupts(index)
        default: return 0
        }
    }
    private func writeInterrupts(_ offset: UInt32, _ value: UInt32) {
        guard offset & 0x7F < 0x20 else { return }
        for bit in 0..<32 where value >> UInt32(bit) & 1 != 0 {
            let number = 16 + Int(offset & 0x1F) * 8 + bit
            guard number < 256 else { return }
            switch offset & 0x780 {
            case 0x100: nvic.enabled[number] = true
            case 0x180: nvic.enabled[number] = false
            case 0x200:
                nvic.pending[number] = true
                notePending(number)
            case 0x280: nvic.clearPending(number)
            default: break
            }
        }
        attend()
    }
    /// STIR.
    private func triggerInterrupt(_ line: UInt32) {
        guard line < 240 else { return }
        nvic.pending[16 + Int(line)] = true
        notePending(16 + Int(line))
    }
    func readPriorities(first: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(nvic[priority: first + $1]) << UInt32($1 * 8) }
    }
    private func writePriorities(first: Int, _ value: UInt32, _ lanes: UInt32) {
        for index in 0..<4 where lanes >> UInt32(index * 8) & 1 != 0 {
            nvic[priority: first + index] = UInt8(truncatingIfNeeded: value >> UInt32(index * 8))
        }
        refreshPriority()
    }
}
