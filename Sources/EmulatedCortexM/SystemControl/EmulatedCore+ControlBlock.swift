// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The system control block 0xE000ED00...0xE000ED8F (ARMv7-M ARM B3.2).
extension EmulatedCore {
    func readControlBlock(_ offset: UInt32, byDebugger: Bool) -> UInt32 {
        switch offset {
        case 0xD00: return model.processorIdentification
        case 0xD04: return interruptControlState
        case 0xD08: return scb.vectorTable
        case 0xD0C: return 0xFA05_0000 | nvic.grouping << 8
        case 0xD10: return scb.sleepControl
        case 0xD14: return scb.configuration
        case 0xD18, 0xD1C, 0xD20: return readPriorities(first: 4 + Int(offset &- 0xD18))
        case 0xD24: return handlerControl
        case 0xD28: return scb.configurableFaults
        case 0xD2C: return scb.hardFaults
        case 0xD30: return scb.debugFaults
        case 0xD34: return scb.protectionFaultAddress
        case 0xD38: return scb.busFaultAddress
        case 0xD3C: return scb.auxiliaryFaults
        case 0xD40..<0xD74: return model.featureRegisters[Int(offset &- 0xD40) / 4]
        case 0xD78: return model.hasCaches ? 0x0900_0003 : 0
        case 0xD7C: return model.hasCaches ? 0x8303_C003 : 0x8000_C000
        case 0xD80 where model.hasCaches: return scb.cacheSelection & 1 != 0 ? 0xF01F_E009 : 0xF00F_E019
        case 0xD84: return scb.cacheSelection
        case 0xD88: return scb.coprocessorAccess
        default: return 0
        }
    }

    func writeControlBlock(_ offset: UInt32, _ value: UInt32, byDebugger: Bool) {
        switch offset {
        case 0xD04: writeInterruptControl(value)
        case 0xD08: scb.vectorTable = value & ~0x7F
        case 0xD0C: writeResetControl(value, byDebugger: byDebugger)
        case 0xD10: scb.sleepControl = value & 0x16
        case 0xD14: writeConfiguration(value)
        case 0xD24: writeHandlerControl(value)
        case 0xD2C: scb.hardFaults &= ~value
        case 0xD30: scb.debugFaults &= ~value
        case 0xD34: scb.protectionFaultAddress = value
        case 0xD38: scb.busFaultAddress = value
        case 0xD3C: scb.auxiliaryFaults = value
        case 0xD84 where model.hasCaches: scb.cacheSelection = value & 15
        case 0xD88: scb.coprocessorAccess = value & 0xF0_0000
        default: break
        }
    }

    // MARK: ICSR

    private var interruptControlState: UInt32 {
        var value = exceptionNumber & 0x1FF
        if nvic.active.count <= 1 { value |= 1 << 11 }
        if let number = nvic.mostUrgent(interruptsMasked: false) { value |= UInt32(number) << 12 }
        var hasInterrupt = false
        nvic.pending.forEach { hasInterrupt = hasInterrupt || $0 >= ExceptionNumber.firstInterrupt }
        if hasInterrupt { value |= 1 << 22 }
        if debug.isHalted, nvic.mostUrgent(interruptsMasked: areInterruptsMasked) != nil { value |= 1 << 23 }
        if nvic.pending[ExceptionNumber.sysTick] { value |= 1 << 26 }
        if nvic.pending[ExceptionNumber.pendSV] { value |= 1 << 28 }
        if nvic.pending[ExceptionNumber.nonMaskable] { value |= 1 << 31 }
        return value
    }
    private func writeInterruptControl(_ value: UInt32) {
        if value >> 25 & 1 != 0 { nvic.pending[ExceptionNumber.sysTick] = false }
        if value >> 27 & 1 != 0 { nvic.pending[ExceptionNumber.pendSV] = false }
        for (bit, number) in [
            (UInt32(26), ExceptionNumber.sysTick), (28, ExceptionNumber.pendSV),
            (31, ExceptionNumber.nonMaskable),
        ] where value >> bit & 1 != 0 {
            nvic.pending[number] = true
            notePending(number)
        }
        attend()
    }

    // MARK: AIRCR

    /// Needs the key.
    ///
    /// VECTRESET and VECTCLRACTIVE are the debugger's, with the core halted.
    private func writeResetControl(_ value: UInt32, byDebugger: Bool) {
        guard value >> 16 == 0x05FA else { return }
        nvic.grouping = value >> 8 & 7
        refreshPriority()
        if value & 2 != 0, debug.isHalted {
            nvic.active = ExceptionSet()
            changeMode(exception: 0, control: control)
            refreshPriority()
        }
        if value & 1 != 0, debug.isHalted, byDebugger { reset(vectorTable: scb.vectorTable) }
        if value & 4 != 0 {
            isResetRequested = true
            attend()
        }
    }

    // MARK: CCR

    /// STKALIGN is fixed at 1 on these cores; the cache bits exist on the M7 only.
    private func writeConfiguration(_ value: UInt32) {
        let writable: UInt32 = model.hasCaches ? 0x3_011B : 0x11B
        scb.configuration = scb.configuration & ~writable | value & writable
        refreshAccessPaths()
    }

    // MARK: SHCSR

    private static let handlerActive: [(bit: UInt32, number: Int)] = [
        (0, 4), (1, 5), (3, 6), (7, 11), (8, 12), (10, 14), (11, 15),
    ]
    private static let handlerPending: [(bit: UInt32, number: Int)] = [(12, 6), (13, 4), (14, 5), (15, 11)]
    private static let handlerEnabled: [(bit: UInt32, number: Int)] = [(16, 4), (17, 5), (18, 6)]

    private var handlerControl: UInt32 {
        var value: UInt32 = 0
        for (bit, number) in Self.handlerActive where nvic.active[number] { value |= 1 << bit }
        for (bit, number) in Self.handlerPending where nvic.pending[number] { value |= 1 << bit }
        for (bit, number) in Self.handlerEnabled where nvic.enabled[number] { value |= 1 << bit }
        return value
    }
    private func writeHandlerControl(_ value: UInt32) {
        for (bit, number) in Self.handlerActive { nvic.active[number] = value >> bit & 1 != 0 }
        for (bit, number) in Self.handlerPending { nvic.pending[number] = value >> bit & 1 != 0 }
        for (bit, number) in Self.handlerEnabled { nvic.enabled[number] = value >> bit & 1 != 0 }
        refreshPriority()
    }
}
