// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The peripherals of the H7 that have to do with flash, by address (RM0399, RM0433 and, for the OCTOSPI, RM0455, memory maps).
enum PeripheralNames {
    private static let places: [(Range<UInt32>, String)] = [
        (0x5802_4400..<0x5802_4800, "RCC"), (0x5802_4800..<0x5802_4C00, "PWR"),
        (0x5800_0400..<0x5800_0800, "SYSCFG"), (0x5200_4000..<0x5200_5000, "FMC"),
        (0x5200_5000..<0x5200_5400, "QUADSPI"), (0x5200_A000..<0x5200_B000, "OCTOSPI2"),
        (0x5200_B400..<0x5200_B800, "OCTOSPIM"), (0x5200_2000..<0x5200_3000, "FLASH"),
        (0x5200_7000..<0x5200_8000, "SDMMC1"), (0x4802_2400..<0x4802_2800, "SDMMC2"),
        (0x4001_3000..<0x4001_3400, "SPI1"), (0x4000_3800..<0x4000_3C00, "SPI2"),
        (0x4000_3C00..<0x4000_4000, "SPI3"), (0x4001_3400..<0x4001_3800, "SPI4"),
        (0x4001_5000..<0x4001_5400, "SPI5"), (0x5800_1400..<0x5800_1800, "SPI6"),
    ]
    private static let ports: Range<UInt32> = 0x5802_0000..<0x5802_2C00

    static func name(of address: UInt32) -> String {
        if ports.contains(address) {
            return "GPIO\(UnicodeScalar(65 + UInt8((address - ports.lowerBound) / 0x400)))"
        }
        return places.first { $0.0.contains(address) }?.1 ?? "others"
    }

    /// What can have a flash behind it.
    private static let controllers = [
        "OCTOSPI2", "OCTOSPIM", "FMC", "SDMMC1", "SDMMC2", "SPI1", "SPI2", "SPI3", "SPI4", "SPI5", "SPI6",
    ]
    /// FLASH_KEYR1 and KEYR2: who only sets the wait states does not write there.
    private static let flashKeys: Set<UInt32> = [0x5200_2004, 0x5200_2104]

    /// FMC_BCR1: start-up code for these parts ends speculative reads there, whatever it is for (STM32CubeH7,
    /// `system_stm32h7xx.c`).
    private static let speculation: UInt32 = 0x5200_4000

    /// Another controller of a flash than the QUADSPI that was written to.
    ///
    /// The OCTOSPI1 of other parts is at the QUADSPI's address, with registers beyond its last one.
    static func otherController(in registers: [UInt32: Int]) -> String? {
        if registers.keys.contains(where: { 0x5200_5040..<0x5200_5400 ~= $0 }) { return "OCTOSPI1" }
        guard !registers.keys.contains(where: { 0x5200_5000..<0x5200_5040 ~= $0 }) else { return nil }
        if !flashKeys.isDisjoint(with: registers.keys) { return "FLASH" }
        let telling = registers.filter { $0.key != speculation }
        return busiest(of: telling).first { controllers.contains($0) }
    }

    /// Most writes first.
    static func busiest(of registers: [UInt32: Int]) -> [String] {
        var counts: [String: Int] = [:]
        for (address, count) in registers { counts[name(of: address), default: 0] += count }
        counts["others"] = nil
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }
}
