// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials
package import HardwareDescription

/// Offsets of the GPIO registers (RM0399 §11.4).
enum PortOffset {
    static let mode: UInt32 = 0x00
    static let speed: UInt32 = 0x08
    static let pull: UInt32 = 0x0C
    static let input: UInt32 = 0x10
    static let output: UInt32 = 0x14
    static let functions: UInt32 = 0x20
    /// Words from MODER to AFRH.
    static let count = 10
}

/// What a pin is set to.
struct PinState: Hashable, Sendable {
    /// GPIOx_MODER: 0 input, 1 output, 2 alternate function, 3 analog.
    var mode: UInt8
    var function: UInt8
}

extension QuadSPIController {
    /// Compares clocks, pins and controller with what the board needs.
    ///
    /// - Returns: what differs; empty when all is as the board needs it.
    package func compare(with board: BoardDefinition) throws(FlashControllerError) -> [FlashFinding] {
        guard try isClocked() else {
            return try comparePins(of: board, banks: board.banks) + [.controllerClockOff]
        }
        return try compare(try state(), with: board)
    }

    /// As ``compare(with:)``, of registers that were read already.
    func compare(
        _ state: QuadSPIState, with board: BoardDefinition
    ) throws(FlashControllerError) -> [FlashFinding] {
        var findings: [FlashFinding] = []
        let selected = state.banks
        if !state.control.enable {
            findings.append(.controllerDisabled)
        } else if state.control.dualFlash, board.mode == .single {
            findings.append(.drivesBothBanks(board: board.banks.map(\.number)))
        } else if !state.control.dualFlash, board.mode == .dual {
            findings.append(.drivesOneBank(selected: selected[0]))
        } else if let bank = selected.first(where: { board.bank($0) == nil }), let other = board.banks.first {
            findings.append(.wrongBank(selected: bank, board: other.number))
        }
        // Of two single flashes only the selected one has to be set up.
        let concerned = board.banks.filter { selected.contains($0.number) }
        findings += try comparePins(of: board, banks: concerned.isEmpty ? board.banks : concerned)
        if state.status.isBusy, !state.isMapped {
            findings.append(.controllerBusy(status: state.status.rawValue))
        }
        return findings
    }

    private func comparePins(
        of board: BoardDefinition, banks: [BoardDefinition.Bank]
    ) throws(FlashControllerError) -> [FlashFinding] {
        let pins = Self.pins(of: board, banks: banks)
        var findings: [FlashFinding] = []
        var states: [UInt8: [UInt32]] = [:]
        let used = Set(pins.map(\.port)).sorted()
        let clocks = try clocks(used.map(ports.clock(of:)))
        for port in used {
            guard clocks.areOn(ports.clock(of: port)) else {
                let name = pins.first { $0.port == port }?.pin.portName ?? ""
                findings.append(.portClockOff(name, signals: pins.filter { $0.port == port }.map(\.signal)))
                continue
            }
            states[port] = try readWords(PortOffset.count, at: ports.base(of: port))
        }
        for pin in pins {
            guard let words = states[pin.port] else { continue }
            let state = Self.state(of: pin.number, in: words)
            if state.mode != 2 || state.function != pin.function {
                findings.append(.pinNotConnected(pin, mode: state.mode, function: state.function))
            }
        }
        return findings
    }

    /// Whether any of `pins`, a part's choices, gives the controller's clock to the flash; true where there is no choice known.
    package func hasClockPin(among pins: [TargetPin]) throws(FlashControllerError) -> Bool {
        let choices = pins.filter { $0.signal == .clock }
        let clocks = try clocks(choices.map { ports.clock(of: $0.pin.port) })
        for choice in choices where clocks.areOn(ports.clock(of: choice.pin.port)) {
            let words = try readWords(PortOffset.count, at: ports.base(of: choice.pin.port))
            if Self.state(of: choice.pin.number, in: words) == PinState(mode: 2, function: choice.function) {
                return true
            }
        }
        return choices.isEmpty
    }

    /// Those of the banks, and the clock wherever the file has it.
    static func pins(
        of board: BoardDefinition, banks: [BoardDefinition.Bank]
    ) -> [BoardDefinition.Pin] {
        board.pins.filter { pin in
            pin.signal == .clock || banks.contains { $0.pins.contains(pin) }
                || pin.signal == .select && board.sharesSelect
        }
    }

    private static func state(of pin: UInt8, in words: [UInt32]) -> PinState {
        let functions = words[Int(PortOffset.functions / 4) + Int(pin / 8)]
        return PinState(
            mode: UInt8(words[Int(PortOffset.mode / 4)] >> (2 * UInt32(pin)) & 3),
            function: UInt8(functions >> (4 * UInt32(pin % 8)) & 15))
    }

    /// Sets up clocks, pins and controller as the board needs them: slowly and for single-line commands to `banks`.
    package func connect(_ board: BoardDefinition, to banks: [Int]) throws(FlashControllerError) {
        try set(1 << definition.clock.bit, at: definition.clock.registers[0])
        var device = RegisterValue<QuadSPIDevice>()
        (device.size, device.selectHighTime) = (31, 7)
        try write(device.rawValue, QuadSPIOffset.device)
        var control = RegisterValue<QuadSPIControl>()
        (control.prescaler, control.sampleShift) = (31, true)
        (control.dualFlash, control.selectsBank2) = (banks.count > 1, banks == [2])
        control.enable = true
        try write(control.rawValue, QuadSPIOffset.control)
        for pin in Self.pins(of: board, banks: board.banks) { try connect(pin) }
    }

    private func connect(_ pin: BoardDefinition.Pin) throws(FlashControllerError) {
        let clock = ports.clock(of: pin.port)
        let base = ports.base(of: pin.port)
        let double = 2 * UInt32(pin.number)
        let quadruple = 4 * UInt32(pin.number % 8)
        try set(1 << clock.bit, at: clock.registers[0])
        try replace(
            15 << quadruple, by: UInt32(pin.function) << quadruple,
            at: base + PortOffset.functions + UInt32(pin.number / 8) * 4)
        try set(3 << double, at: base + PortOffset.speed)
        try replace(3 << double, by: 0, at: base + PortOffset.pull)
        try replace(3 << double, by: 2 << double, at: base + PortOffset.mode)
    }
}
