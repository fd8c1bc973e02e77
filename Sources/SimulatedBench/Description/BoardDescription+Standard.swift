// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension BoardDescription {
    /// The board that is simulated when none is named.
    package static let standard = BoardDescription(
        name: "stm32h745xi-w25q128", part: "stm32h745", crystals: Crystals(highSpeed: 25_000_000),
        chips: [
            FittedChip(
                flash: "w25q128jv",
                wiring: ChipWiring(
                    bank: 2, select: PinName("PC11"), clock: PinName("PB2"),
                    lines: ["PH2", "PH3", "PG9", "PG14"].map { PinName($0) }))
        ], pins: QuadSPIPin.table)
}
extension QuadSPIPin {
    static let table: [QuadSPIPin] = [
        ("CLK", "PB2", 9), ("CLK", "PF10", 9),
        ("BK1_NCS", "PB6", 10), ("BK1_NCS", "PB10", 9), ("BK1_NCS", "PG6", 10),
        ("BK1_IO0", "PC9", 9), ("BK1_IO0", "PD11", 9), ("BK1_IO0", "PF8", 10),
        ("BK1_IO1", "PC10", 9), ("BK1_IO1", "PD12", 9), ("BK1_IO1", "PF9", 10),
        ("BK1_IO2", "PE2", 9), ("BK1_IO2", "PF7", 9),
        ("BK1_IO3", "PA1", 9), ("BK1_IO3", "PD13", 9), ("BK1_IO3", "PF6", 9),
        ("BK2_NCS", "PC11", 9), ("BK2_IO0", "PE7", 10), ("BK2_IO0", "PH2", 9),
        ("BK2_IO1", "PE8", 10), ("BK2_IO1", "PH3", 9), ("BK2_IO2", "PE9", 10), ("BK2_IO2", "PG9", 9),
        ("BK2_IO3", "PE10", 10), ("BK2_IO3", "PG14", 9),
    ].compactMap { (signal, pin, function) -> QuadSPIPin? in
        guard let signal = QuadSPISignal(signal), let pin = PinName(pin) else { return nil }
        return QuadSPIPin(signal: signal, pin: pin, function: UInt32(function))
    }
}
