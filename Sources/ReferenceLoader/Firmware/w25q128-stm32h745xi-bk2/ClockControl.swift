// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Reset and clock control (RM0399 §9).
enum ClockControl {
    private static var control: Register { .init(0x5802_4400) }
    private static var configuration: Register { .init(0x5802_4410) }
    private static var domain1: Register { .init(0x5802_4418) }
    private static var kernelClocks: Register { .init(0x5802_444C) }
    private static var ahb3Reset: Register { .init(0x5802_447C) }
    private static var ahb3Enable: Register { .init(0x5802_44D4) }
    private static var ahb4Enable: Register { .init(0x5802_44E0) }
    private static var quadSPI: UInt32 { 1 << 14 }

    /// 64 MHz HSI for core, buses and QUADSPI, whatever ran before.
    ///
    /// Slower than the part can be, and for that independent of the board's crystal and supply: no voltage scaling, no
    /// flash wait states to change on the way down.
    static func useInternalOscillator() -> Bool {
        control.set(1)
        guard control.wait(1 << 2, 1 << 2, microseconds: 1_000) else { return false }
        configuration.clear(7)
        guard configuration.wait(7 << 3, 0, microseconds: 1_000) else { return false }
        // Ignored while a PLL lives off HSI: then all is slower, and nothing else changes.
        control.clear(3 << 3)
        domain1.value = 0
        // QUADSPI from the bus clock.
        kernelClocks.clear(3 << 4)
        return true
    }

    static func resetQuadSPI() {
        ahb3Enable.set(quadSPI)
        ahb3Reset.set(quadSPI)
        ahb3Reset.clear(quadSPI)
        // The write must have arrived before the block is touched.
        _ = ahb3Reset.value
    }

    /// Clocks of the ports in `ports`, bit 0 for port A.
    static func enablePorts(_ ports: UInt32) {
        ahb4Enable.set(ports)
        _ = ahb4Enable.value
    }
}
