// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import HardwareDescription

/// GPIOx_PUPDR.
private enum Pull: UInt32 { case none = 0, up, down }
/// GPIOx_MODER.
private enum PinMode: UInt32 { case input = 0, output }

extension QuadSPIController {
    /// Looks how the traces of a board's flash move by the pins' own resistors, with the flash not selected.
    ///
    /// A pin is driven low for a moment only, and never high. To be called within ``borrowing(_:)``; the pins are inputs
    /// afterwards.
    func checkTraces(of board: BoardDefinition) throws(FlashControllerError) -> [TraceFinding] {
        let pins = Self.pins(of: board, banks: board.banks)
        for pin in pins {
            let clock = ports.clock(of: pin.port)
            try set(1 << clock.bit, at: clock.registers[0])
            try pull(pin, .up)
            try make(pin, .input)
        }
        let low = try levels(of: pins).filter { !$0.isHigh }.map(\.pin)
        if low.count == pins.count { return [.allHeldLow] }
        var findings = low.map(TraceFinding.heldLow)
        // Chip selects stay high, so that the flash keeps off the lines.
        let movable = pins.filter { $0.signal != .select }
        for pin in movable { try pull(pin, .down) }
        for (pin, isHigh) in try levels(of: movable) where isHigh && !pin.hasPullUp {
            findings.append(.heldHigh(pin))
        }
        for pin in movable { try pull(pin, .up) }
        return findings + (try tiedTraces(among: movable.filter { !low.contains($0) }, and: pins, but: low))
    }

    private func tiedTraces(
        among movable: [BoardDefinition.Pin], and pins: [BoardDefinition.Pin], but low: [BoardDefinition.Pin]
    ) throws(FlashControllerError) -> [TraceFinding] {
        var findings: [TraceFinding] = []
        for pin in movable {
            try replace(1 << UInt32(pin.number), by: 0, at: ports.base(of: pin.port) + PortOffset.output)
            try make(pin, .output)
            let others = pins.filter { $0 != pin && !low.contains($0) }
            for (other, isHigh) in try levels(of: others)
            where !isHigh && !findings.contains(.tied(other, pin)) {
                findings.append(.tied(pin, other))
            }
            try make(pin, .input)
        }
        return findings
    }

    /// Has the pins' own resistors pull the lines that carry data, while the QUADSPI has them.
    func pullData(
        _ pins: [BoardDefinition.Pin], up: Bool
    ) throws(FlashControllerError) { for pin in pins { try pull(pin, up ? .up : .down) } }

    private func pull(_ pin: BoardDefinition.Pin, _ pull: Pull) throws(FlashControllerError) {
        let shift = 2 * UInt32(pin.number)
        try replace(3 << shift, by: pull.rawValue << shift, at: ports.base(of: pin.port) + PortOffset.pull)
    }

    private func make(_ pin: BoardDefinition.Pin, _ mode: PinMode) throws(FlashControllerError) {
        let shift = 2 * UInt32(pin.number)
        try replace(3 << shift, by: mode.rawValue << shift, at: ports.base(of: pin.port) + PortOffset.mode)
    }

    private func levels(
        of pins: [BoardDefinition.Pin]
    ) throws(FlashControllerError) -> [(pin: BoardDefinition.Pin, isHigh: Bool)] {
        var inputs: [UInt8: UInt32] = [:]
        for port in Set(pins.map(\.port)).sorted() {
            inputs[port] = try perform([.read(ports.base(of: port) + PortOffset.input)])[0]
        }
        return pins.map { ($0, (inputs[$0.port] ?? 0) >> UInt32($0.number) & 1 == 1) }
    }
}
