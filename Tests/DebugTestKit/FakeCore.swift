// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A Cortex-M core as its debug registers show it.
///
/// What it executes is a closure.
///
/// It lives as long as its memory, which its registers are part of.
package final class FakeCore {
    package let memory: FakeMemory
    package var registers: [UInt8: UInt32] = [:]
    package var isHalted = false
    package var isAsleep = false
    package var isLockedUp = false
    package var resetIsSticky = false
    package var isDebugEnabled = false
    /// DHCSR reads until a register transfer is done.
    package var transferDelay = 0
    package var demcr: UInt32 = 0
    package var dfsr: UInt32 = 0
    package var cfsr: UInt32 = 0
    package var hfsr: UInt32 = 0
    package var ccr: UInt32 = 0x0004_0200
    /// FP_CTRL: eight comparators of version 2, as in the M7.
    package var breakpointControl: UInt32 = 0x1000_0080
    /// Runs at each look at a running core, with the number of looks since it was started.
    package var behaviour: (FakeCore, Int) -> Void = { _, _ in }
    package var onReset: (FakeCore) -> Void = { _ in }

    /// Writes to the core's own registers, in order.
    package private(set) var log: [(address: UInt32, value: UInt32)] = []
    private var looks = 0
    /// Where the code for calls lies that the core was started in last.
    var gate: UInt32?
    private var pendingTransfer = 0
    private var dataRegister: UInt32 = 0
    private var selector: UInt32 = 0

    package init(on memory: FakeMemory, cpuid: UInt32 = 0x411F_C271) {
        self.memory = memory
        observe(0xE000_EDF0, read: { $0.readStatus() }, write: { $0.writeControl($1) })
        observe(0xE000_EDF4, read: { _ in 0 }, write: { $0.transfer($1) })
        observe(0xE000_EDF8, read: { $0.visibleData }, write: { $0.dataRegister = $1 })
        observe(0xE000_EDFC, read: { $0.demcr }, write: { $0.demcr = $1 })
        observe(0xE000_ED30, read: { $0.dfsr }, write: { $0.dfsr &= ~$1 })
        observe(0xE000_ED28, read: { $0.cfsr }, write: { $0.cfsr &= ~$1 })
        observe(0xE000_ED2C, read: { $0.hfsr }, write: { $0.hfsr &= ~$1 })
        observe(0xE000_ED0C, read: { _ in 0xFA05_0000 }, write: { $0.control($1) })
        observe(0xE000_ED14, read: { $0.ccr }, write: { $0.ccr = $1 })
        observe(0xE000_ED00, read: { _ in cpuid }, write: { _, _ in })
        observe(
            0xE000_2000, read: { $0.breakpointControl },
            write: { $0.breakpointControl = $0.breakpointControl & ~1 | $1 & 1 })
        for (address, value) in Self.resetValues { keep(address, value) }
        for index in 0..<UInt32(8) {
            for base in [0xE000_E100, 0xE000_E180, 0xE000_E200, 0xE000_E280, 0xE000_2008] as [UInt32] {
                keep(base + 4 * index, 0)
            }
            if index < 4 {
                for offset in [0x20, 0x24, 0x28] as [UInt32] { keep(0xE000_1000 + 16 * index + offset, 0) }
            }
        }
    }

    private static let resetValues: [(UInt32, UInt32)] = [
        (0xE000_ED04, 0), (0xE000_ED08, 0), (0xE000_ED10, 0), (0xE000_ED24, 0), (0xE000_ED34, 0),
        (0xE000_ED38, 0), (0xE000_ED80, 0xF00F_E019), (0xE000_ED84, 0), (0xE000_ED88, 0), (0xE000_ED94, 0),
        (0xE000_EF34, 0xC000_0000), (0xE000_EF50, 0), (0xE000_EF74, 0), (0xE000_E010, 0),
        (0xE000_1000, 0x4000_0000),
    ]

    private func observe(
        _ address: UInt32, read: @escaping (FakeCore) -> UInt32, write: @escaping (FakeCore, UInt32) -> Void
    ) {
        memory.words[address] = .init(
            read: { read(self) },
            write: {
                self.log.append((address, $0))
                write(self, $0)
            })
    }

    /// A register that just keeps what is written.
    package func keep(_ address: UInt32, _ value: UInt32) {
        memory.setWord(value, at: address)
        observe(address, read: { $0.memory.word(at: address) }, write: { $0.memory.setWord($1, at: address) })
    }

    package func written(to address: UInt32) -> [UInt32] { log.filter { $0.address == address }.map(\.value) }
    package func clearLog() { log = [] }

    // MARK: Debug registers

    private func readStatus() -> UInt32 {
        if !isHalted, !isLockedUp {
            behaviour(self, looks)
            looks += 1
        }
        var value: UInt32 = isDebugEnabled ? 1 : 0
        if pendingTransfer == 0 { value |= 1 << 16 } else { finishTransfer() }
        if isHalted { value |= 1 << 17 }
        if isAsleep { value |= 1 << 18 }
        if isLockedUp { value |= 1 << 19 }
        if resetIsSticky { value |= 1 << 25 }
        resetIsSticky = false
        return value
    }

    private func writeControl(_ value: UInt32) {
        guard value >> 16 == 0xA05F else { return }
        isDebugEnabled = value & 1 == 1
        guard isDebugEnabled else {
            isHalted = false
            return
        }
        if value & 2 != 0 {
            if !isHalted { dfsr |= 1 }
            (isHalted, isLockedUp) = (true, false)
        } else if value & 4 != 0 {
            registers[15] = (registers[15] ?? 0) + 2
            dfsr |= 1
        } else if isHalted {
            (isHalted, looks) = (false, 0)
            enterCallGate()
        }
    }

    private func transfer(_ value: UInt32) {
        selector = value
        pendingTransfer = transferDelay
        if pendingTransfer == 0 { commit() }
    }

    private func finishTransfer() {
        pendingTransfer -= 1
        if pendingTransfer == 0 { commit() }
    }

    /// A write takes DCRDR as it is when the core gets to it: a host that does not wait loses.
    private func commit() {
        let number = UInt8(selector & 0x7F)
        if selector >> 16 & 1 == 1 {
            registers[number] = dataRegister
            if number == 17 { registers[13] = dataRegister }
        } else {
            dataRegister = registers[number] ?? 0
        }
    }

    /// Before the transfer is done DCRDR shows the register before.
    private var visibleData: UInt32 { pendingTransfer == 0 ? dataRegister : 0xBAD0_BAD0 }

    private func control(_ value: UInt32) {
        guard value >> 16 == 0x05FA else { return }
        if value & 2 != 0 { registers[16] = (registers[16] ?? 0) & ~0x1FF }
        if value & 4 != 0 { reset() }
    }

    package func reset() {
        resetIsSticky = true
        (isLockedUp, isAsleep) = (false, false)
        isHalted = isDebugEnabled && demcr & 1 == 1
        if isHalted { dfsr |= 8 }
        (cfsr, hfsr, ccr, looks) = (0, 0, 0x0004_0200, 0)
        registers = [13: 0x2002_0000, 15: 0x0800_0298, 16: 0x0100_0000]
        onReset(self)
    }

    // MARK: Behaviours

    /// Stops as a BKPT at the link address does.
    package func returnFromCall(_ r0: UInt32, _ r1: UInt32 = 0) {
        registers[0] = r0
        registers[1] = r1
        stop(at: (registers[14] ?? 0) & ~1, because: 2)
        leaveThroughCallGate()
    }
    package func stop(at pc: UInt32, because flags: UInt32) {
        registers[15] = pc
        dfsr |= flags
        isHalted = true
    }
}
