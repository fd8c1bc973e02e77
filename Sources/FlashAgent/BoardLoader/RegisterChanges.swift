// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

/// What has to be changed in registers before the QUADSPI reaches a board's flash: address, bits to clear, bits to set.
///
/// Clock and reset of the QUADSPI, the clocks of the ports, and the pins (RM0399 §9 and §11): at the highest drive, push-pull, without
/// a pull of their own.
struct RegisterChanges: TableRows {
    private(set) var rows: [[UInt32]] = []

    private enum PortOffset {
        static let mode: UInt32 = 0x00
        static let outputType: UInt32 = 0x04
        static let speed: UInt32 = 0x08
        static let pull: UInt32 = 0x0C
        static let functions: UInt32 = 0x20
    }

    init(_ board: BoardDefinition, on target: TargetDefinition) {
        let (controller, ports) = (target.quadSPI, target.ports)
        change(controller.clock.registers[0], set: 1 << controller.clock.bit)
        change(controller.reset.register, set: controller.reset.mask)
        change(controller.reset.register, clear: controller.reset.mask)
        for pin in board.pins {
            let clock = ports.clock(of: pin.port)
            change(clock.registers[0], set: 1 << clock.bit)
        }
        for pin in board.pins { connect(pin, at: ports.base(of: pin.port)) }
        // Nothing is driven before it is said by whom.
        for pin in board.pins {
            let shift = 2 * UInt32(pin.number)
            change(ports.base(of: pin.port) + PortOffset.mode, clear: 3 << shift, set: 2 << shift)
        }
        precondition(rows.count <= BoardTable.mostRegisters, "twelve pins change five registers each")
    }

    private mutating func connect(_ pin: BoardDefinition.Pin, at base: UInt32) {
        let (double, quadruple) = (2 * UInt32(pin.number), 4 * UInt32(pin.number % 8))
        change(
            base + PortOffset.functions + UInt32(pin.number / 8) * 4, clear: 15 << quadruple,
            set: UInt32(pin.function) << quadruple)
        change(base + PortOffset.speed, set: 3 << double)
        change(base + PortOffset.pull, clear: 3 << double)
        change(base + PortOffset.outputType, clear: 1 << UInt32(pin.number))
    }

    /// Joined with an earlier change of the same register, unless that is a pulse.
    private mutating func change(_ register: UInt32, clear: UInt32 = 0, set: UInt32 = 0) {
        if let index = rows.firstIndex(where: { $0[0] == register && $0[2] & clear & ~set == 0 }) {
            rows[index] = [register, rows[index][1] | clear, rows[index][2] | set]
        } else {
            rows.append([register, clear, set])
        }
    }
}
