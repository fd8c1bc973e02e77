// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials
package import HardwareDescription
import TargetControl

/// Registers of the STM32H7 that connect a flash (RM0399 §9, §11).
private enum PortRegister {
    static let ahb4Enable: UInt32 = 0x5802_44E0
    static func base(_ port: UInt8) -> UInt32 { 0x5802_0000 + 0x400 * UInt32(port) }
    static let mode: UInt32 = 0x00
    static let speed: UInt32 = 0x08
    static let pull: UInt32 = 0x0C
    static func function(_ pin: UInt8) -> UInt32 { 0x20 + UInt32(pin / 8) * 4 }
}

extension DebuggerQuadSPI {
    /// Compares clocks, pins and controller with what the board needs.
    package func compare(with board: BoardDefinition) throws(LoaderError) -> [LoaderFinding] {
        var findings: [LoaderFinding] = []
        let ports = try perform([.read(PortRegister.ahb4Enable)])[0]
        for port in Set(board.pins.map(\.port)).sorted() where ports >> UInt32(port) & 1 == 0 {
            findings.append(.portClockOff(Self.letter(port)))
        }
        for pin in board.pins where ports >> UInt32(pin.port) & 1 == 1 {
            let base = PortRegister.base(pin.port)
            let words = try perform([
                .read(base + PortRegister.mode), .read(base + PortRegister.function(pin.number)),
            ])
            let mode = UInt8(words[0] >> (2 * UInt32(pin.number)) & 3)
            let function = UInt8(words[1] >> (4 * UInt32(pin.number % 8)) & 15)
            if mode != 2 || function != pin.function {
                findings.append(.pinNotConnected(pin, mode: mode, function: function))
            }
        }
        guard try isClocked() else { return findings + [.controllerClockOff] }
        return findings + Self.compare(try state(), with: board)
    }

    private static func compare(_ state: QuadSPIState, with board: BoardDefinition) -> [LoaderFinding] {
        guard state.control.enable else { return [.controllerDisabled] }
        var findings: [LoaderFinding] = []
        let bank = state.control.selectsBank2 ? 2 : 1
        if state.control.dualFlash {
            if board.mode == .single { findings.append(.dualFlash) }
        } else if let needed = board.banks.first, board.bank(bank) == nil {
            findings.append(.wrongBank(selected: bank, board: needed.number))
        }
        if state.status.isBusy, !state.isMapped {
            findings.append(.controllerBusy(status: state.status.rawValue))
        }
        return findings
    }

    private static func letter(_ port: UInt8) -> String {
        String(UnicodeScalar(UInt8(ascii: "A") + min(port, 25)))
    }

    /// Whether the block answers at all.
    package func isClocked() throws(LoaderError) -> Bool {
        let words = try perform(definition.clock.registers.map { .read($0) })
        return words.contains { $0 >> definition.clock.bit & 1 == 1 }
    }

    /// Sets up clocks, pins and controller as the board needs them: slowly and for single-line commands.
    package func configure(for board: BoardDefinition) throws(LoaderError) {
        if let register = definition.clock.registers.first {
            try set(1 << definition.clock.bit, at: register)
        }
        try set(definition.reset.mask, at: definition.reset.register)
        try clear(definition.reset.mask, at: definition.reset.register)
        try set(board.pins.reduce(0) { $0 | 1 << UInt32($1.port) }, at: PortRegister.ahb4Enable)
        var device = RegisterValue<QuadSPIDevice>()
        (device.size, device.selectHighTime) = (31, 7)
        try write(device.rawValue, QuadSPIOffset.device)
        var control = RegisterValue<QuadSPIControl>()
        (control.prescaler, control.sampleShift) = (31, true)
        control.selectsBank2 = board.bank(1) == nil
        control.enable = true
        try write(control.rawValue, QuadSPIOffset.control)
        for pin in board.pins { try connect(pin) }
    }

    private func connect(_ pin: BoardDefinition.Pin) throws(LoaderError) {
        let base = PortRegister.base(pin.port)
        let double = 2 * UInt32(pin.number)
        let quadruple = 4 * UInt32(pin.number % 8)
        try replace(
            15 << quadruple, by: UInt32(pin.function) << quadruple,
            at: base + PortRegister.function(pin.number))
        try set(3 << double, at: base + PortRegister.speed)
        try clear(3 << double, at: base + PortRegister.pull)
        try replace(3 << double, by: 2 << double, at: base + PortRegister.mode)
    }

    private func set(_ bits: UInt32, at address: UInt32) throws(LoaderError) {
        try replace(bits, by: bits, at: address)
    }
    private func clear(_ bits: UInt32, at address: UInt32) throws(LoaderError) {
        try replace(bits, by: 0, at: address)
    }
    private func replace(_ mask: UInt32, by bits: UInt32, at address: UInt32) throws(LoaderError) {
        let old = try perform([.read(address)])[0]
        _ = try perform([.write(address, old & ~mask | bits)])
    }
}
