// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The private peripheral bus 0xE0000000...0xE00FFFFF.
extension EmulatedCore {
    /// Access of a debugger to the core's private peripheral bus 0xE0000000...0xE00FFFFF; nil is a bus fault.
    package func debugRead(_ address: UInt32, _ width: BusWidth) -> UInt32? {
        readPrivate(address, width, byDebugger: true)
    }
    package func debugWrite(_ address: UInt32, _ width: BusWidth, _ value: UInt32) -> Bool {
        guard writePrivate(address, width, value & width.mask, byDebugger: true) else { return false }
        if isResetRequested, !isRunning {
            isResetRequested = false
            onSystemResetRequest?()
        }
        return true
    }

    /// Access from code: privileged, except that CCR.USERSETMPEND opens STIR and that the ITM's ports are open.
    func readPeripheral(_ address: UInt32, _ width: BusWidth, privileged: Bool) -> UInt32? {
        accessFault = .bus
        guard privileged || address < 0xE000_0400 else { return nil }
        return readPrivate(address, width, byDebugger: false)
    }
    func writePeripheral(_ address: UInt32, _ width: BusWidth, _ value: UInt32, privileged: Bool) -> Bool {
        accessFault = .bus
        let isOpen = address < 0xE000_0400 || address == 0xE000_EF00 && scb.configuration & 2 != 0
        guard privileged || isOpen else { return false }
        return writePrivate(address, width, value, byDebugger: false)
    }

    /// Registers are words; a narrower read takes its lanes.
    private func readPrivate(_ address: UInt32, _ width: BusWidth, byDebugger: Bool) -> UInt32? {
        guard AddressMap.isPrivatePeripheral(address), address & (width.rawValue &- 1) == 0,
            let word = readRegister(address & ~3, byDebugger: byDebugger)
        else { return nil }
        return word >> ((address & 3) &* 8) & width.mask
    }
    private func writePrivate(_ address: UInt32, _ width: BusWidth, _ value: UInt32, byDebugger: Bool) -> Bool
    {
        guard AddressMap.isPrivatePeripheral(address), address & (width.rawValue &- 1) == 0 else {
            return false
        }
        let shift = (address & 3) &* 8
        return writeRegister(
            address & ~3, value << shift, lanes: width.mask << shift, byDebugger: byDebugger)
    }

    private func readRegister(_ address: UInt32, byDebugger: Bool) -> UInt32? {
        let offset = address & 0xFFF
        if offset >= 0xFA0, let value = readIdentification(address, byDebugger: byDebugger) { return value }
        switch address >> 12 {
        case 0xE0000: return readInstrumentation(offset)
        case 0xE0001:
            if offset == 0x04, !byDebugger { clockReads &+= 1 }
            return offset == 0x1C ? programCounterSample : watchpoints.read(offset, at: cycles)
        case 0xE0002: return breakpoints.read(offset)
        case 0xE000E: return readSystemControlSpace(offset, byDebugger: byDebugger)
        case 0xE0041: return trace.readEmbeddedTrace(offset)
        case 0xE0043: return trace.readCrossTrigger(offset)
        case 0xE00FE where model == .cortexM7, 0xE00FF: return readROMTable(address)
        default: return nil
        }
    }

    private func writeRegister(_ address: UInt32, _ value: UInt32, lanes: UInt32, byDebugger: Bool) -> Bool {
        let offset = address & 0xFFF, page = address >> 12
        if page == 0xE000E {
            writeSystemControlSpace(offset, value, lanes: lanes, byDebugger: byDebugger)
            return true
        }
        if offset == 0xFB0, page <= 0xE0002 {
            trace.writeLock(page, value)
            return true
        }
        let isLocked = (model.hasSoftwareLocks || page == 0xE0000) && !trace.isUnlocked(page)
        if page <= 0xE0002, isLocked, !byDebugger, page != 0xE0000 || offset >= 0x400 { return true }
        switch page {
        case 0xE0000: writeInstrumentation(offset, value)
        case 0xE0001: watchpoints.write(offset, value, at: cycles)
        case 0xE0002: breakpoints.write(offset, value)
        case 0xE0041: trace.writeEmbeddedTrace(offset, value)
        case 0xE0043: trace.writeCrossTrigger(offset, value)
        case 0xE00FE where model == .cortexM7, 0xE00FF: break
        default: return false
        }
        refreshAccessPaths()
        return true
    }

    /// DWT_PCSR: all ones while the core is halted or the trace logic is off.
    private var programCounterSample: UInt32 {
        debug.isHalted || isHeldInReset || !debug.isTraceOn ? .max : r[15]
    }

    /// The ITM's stimulus ports always take a word when they are enabled; nothing listens.
    private func readInstrumentation(_ offset: UInt32) -> UInt32 {
        switch offset {
        case 0..<0x80: trace.traceControl & 1 & trace.stimulusEnable >> (offset >> 2)
        case 0xE00: trace.stimulusEnable
        case 0xE40: trace.stimulusPrivilege
        case 0xE80: trace.traceControl
        default: 0
        }
    }
    private func writeInstrumentation(_ offset: UInt32, _ value: UInt32) {
        switch offset {
        case 0xE00: trace.stimulusEnable = value
        case 0xE40: trace.stimulusPrivilege = value & 15
        case 0xE80: trace.traceControl = value & 0x7F_0F1F
        default: break
        }
    }
}
