// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// What an address leads to, for whom.
final class BusMatrix {
    let context: ChipContext
    let clockControl: ResetAndClockControl
    let power: PowerControl
    let quadSPI: QuadSPI
    let debugBus: DebugBus
    let blocks: [MemoryBlock]
    let peripherals: PeripheralMap
    /// AXI interconnect (GPV): its registers only remember.
    private let interconnect: RegisterBank
    /// AP2's DbgSwEnable was cleared: nobody but AP2 reaches APB-D until power-on.
    var isDebugBusHidden = false
    /// Schedules that a write may have moved are compared with this.
    var horizon: Picoseconds = .max
    /// Takes what the first core writes to registers, where somebody watches.
    var log: RegisterLog?
    private let quadSPIGate = ClockGate(.ahb3, 14)

    /// See ``BenchConfiguration/stuckBit``.
    var stuckBit: BenchConfiguration.StuckBit?

    init(
        _ context: ChipContext, clockControl: ResetAndClockControl, power: PowerControl, quadSPI: QuadSPI,
        debugBus: DebugBus, blocks: [MemoryBlock], peripherals: PeripheralMap
    ) {
        self.context = context
        (self.clockControl, self.power, self.quadSPI) = (clockControl, power, quadSPI)
        (self.debugBus, self.blocks, self.peripherals) = (debugBus, blocks, peripherals)
        interconnect = RegisterBank(context, size: 0x10_0000)
    }

    func reset() {
        for slot in peripherals.slots { slot.peripheral.reset() }
        interconnect.reset()
    }

    // MARK: Memories

    func block(at address: UInt32, _ size: UInt32, for master: BusMaster) -> MemoryBlock? {
        blocks.first { $0.contains(address, size) && $0.isVisible(to: master) && isOpen($0, to: master) }
    }
    /// A memory without its clock does not answer; the M4's own domain clocks what the M4 uses.
    func isOpen(_ block: MemoryBlock, to master: BusMaster) -> Bool {
        guard let gate = block.gate else { return true }
        return master.isSecondCore && gate.bus == .ahb2 || clockControl.isClocked(gate)
    }

    // MARK: Accesses

    /// Nil is a bus error.
    func read(_ address: UInt32, _ access: Access) -> UInt32? {
        context.stableUntil = 0
        guard !context.isInterconnectStalled else { return 0 }
        switch address >> 28 {
        case 4, 5: return readPeripheral(address, access)
        case 9:
            guard clockControl.isClocked(quadSPIGate) else { return nil }
            // Without its interrupts QUADSPI asks for nothing.
            if quadSPI.nextEvent != .max { context.hasScheduleChanged = true }
            return quadSPI.readMapped(address & 0x0FFF_FFFF, access)
        default:
            guard let block = block(at: address, access.width.rawValue, for: access.master) else {
                return nil
            }
            let place = block.memory + Int(address &- block.base)
            let value =
                switch access.width {
                case .byte: UInt32(place.load(as: UInt8.self))
                case .halfword: UInt32(place.loadUnaligned(as: UInt16.self))
                case .word: place.loadUnaligned(as: UInt32.self)
                }
            return withStuckBit(value, at: address, access.width.rawValue)
        }
    }
    private func withStuckBit(_ value: UInt32, at address: UInt32, _ size: UInt32) -> UInt32 {
        guard let stuckBit, stuckBit.address &- address < size else { return value }
        return value & ~(1 << (8 * (stuckBit.address &- address) + UInt32(stuckBit.bit)))
    }
    func write(_ address: UInt32, _ value: UInt32, _ access: Access) -> Bool {
        guard !context.isInterconnectStalled else { return true }
        switch address >> 28 {
        case 4, 5: return writePeripheral(address, value, access)
        case 9: return false
        default:
            guard let block = block(at: address, access.width.rawValue, for: access.master), block.isWritable
            else {
                return false
            }
            // The backup domain takes no writes until PWR_CR1.DBP.
            if block.base == 0x3880_0000, !power.allowsBackupWrites { return true }
            let place = block.memory + Int(address &- block.base)
            switch access.width {
            case .byte: place.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
            case .halfword: place.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
            case .word: place.storeBytes(of: value, as: UInt32.self)
            }
            return true
        }
    }

    /// Registers of a peripheral without a clock read zero and take nothing.
    private func readPeripheral(_ address: UInt32, _ access: Access) -> UInt32? {
        context.hasScheduleChanged = true
        if address &- 0x5200_5000 < 0x400 {
            guard clockControl.isClocked(quadSPIGate) else { return 0 }
            return quadSPI.read(address & 0x3FF, access)
        }
        switch peripherals.place(of: address) {
        case .slot(let slot):
            if let gate = slot.gate, !clockControl.isClocked(gate) { return 0 }
            return slot.peripheral.read(address &- slot.base, access)
        case .hole: return 0
        case .outside: return readOutside(address, access)
        }
    }
    private func writePeripheral(_ address: UInt32, _ value: UInt32, _ access: Access) -> Bool {
        context.hasScheduleChanged = true
        if let log, access.master == .m7 { log.note(address, value, bytes: access.width.rawValue) }
        if address &- 0x5200_5000 < 0x400 {
            guard clockControl.isClocked(quadSPIGate) else { return true }
            quadSPI.write(address & 0x3FF, value, access)
            if quadSPI.nextEvent < horizon { context.needsAttention = true }
            return true
        }
        switch peripherals.place(of: address) {
        case .slot(let slot):
            if let gate = slot.gate, !clockControl.isClocked(gate) { return true }
            slot.peripheral.write(address &- slot.base, value, access)
            return true
        case .hole: return true
        case .outside: return writeOutside(address, value, access)
        }
    }

    private func readOutside(_ address: UInt32, _ access: Access) -> UInt32? {
        switch address >> 20 {
        case 0x510: interconnect.read(address & 0xF_FFFF, access)
        case 0x5C0: isDebugBusHidden ? 0 : debugBus.read(address & 0x1_FFFF, access)
        default: nil
        }
    }
    private func writeOutside(_ address: UInt32, _ value: UInt32, _ access: Access) -> Bool {
        switch address >> 20 {
        case 0x510:
            interconnect.write(address & 0xF_FFFF, value, access)
            return true
        case 0x5C0: return isDebugBusHidden || debugBus.write(address & 0x1_FFFF, value, access)
        default: return false
        }
    }
}
