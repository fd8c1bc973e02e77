// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The registers of a GPIO port that firmware of a board writes to reach its flash.
struct PortSettings {
    /// 0: GPIOA.
    var number: UInt32
    /// MODER, AFRL and AFRH.
    var mode: UInt32
    var low: UInt32 = 0
    var high: UInt32 = 0

    /// Each port of the board with a QUADSPI pin: these in their alternate function, the others as after a reset.
    static func all(for board: BoardDescription) -> [PortSettings] {
        var ports: [Int: PortSettings] = [:]
        for entry in board.quadSPIPins {
            let (port, pin) = (entry.pin.port, UInt32(entry.pin.number))
            var settings =
                ports[port] ?? PortSettings(number: UInt32(port), mode: GPIOPort.modeReset(of: port))
            settings.mode = settings.mode & ~(3 << (2 * pin)) | 2 << (2 * pin)
            if pin < 8 {
                settings.low |= entry.function << (4 * pin)
            } else {
                settings.high |= entry.function << (4 * (pin - 8))
            }
            ports[port] = settings
        }
        return ports.values.sorted { $0.number < $1.number }
    }
}

extension BoardDescription {
    /// The pins that lead to a chip, each with the function that carries what the chip needs there.
    var quadSPIPins: [QuadSPIPin] {
        pins.filter { entry in
            chips.contains { chip in
                switch entry.signal {
                case .clock: chip.wiring.clock == entry.pin
                // Bank 1's chip select may serve both chips.
                case .select: chip.wiring.select == entry.pin
                case .data(let bank, let line):
                    bank == chip.wiring.bank && chip.wiring.lines[line] == entry.pin
                }
            }
        }
    }
    /// CR.DFM or CR.FSEL.
    var bankSelection: UInt32 { isDualFlash ? 0x40 : chips.first?.wiring.bank == 2 ? 0x80 : 0 }
}
