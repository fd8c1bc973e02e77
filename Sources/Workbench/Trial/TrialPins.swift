// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What a loader wrote to ports and controller of an STM32H7, in words (RM0399 §11.4, §24.5).
struct TrialPins {
    let names: [String]

    private static let ports: Range<UInt32> = 0x5802_0000..<0x5802_2C00
    private static let controller: UInt32 = 0x5200_5000
    /// The alternate functions that lead to QUADSPI.
    private static let functions: Set<UInt32> = [9, 10]

    init(_ registers: [UInt32: (value: UInt32, count: Int)]) {
        var names: [String] = []
        for port in 0..<UInt32(11) {
            let base = Self.ports.lowerBound + 0x400 * port
            guard let modes = registers[base]?.value else { continue }
            for pin in 0..<UInt32(16) where modes >> (2 * pin) & 3 == 2 {
                guard let word = registers[base + 0x20 + pin / 8 * 4]?.value else { continue }
                let function = word >> (pin % 8 * 4) & 15
                guard Self.functions.contains(function) else { continue }
                names.append("P\(UnicodeScalar(65 + UInt8(port)))\(pin) AF\(function)")
            }
        }
        self.names = names
    }

    static func bank(_ registers: [UInt32: (value: UInt32, count: Int)]) -> String? {
        guard let control = registers[controller]?.value else { return nil }
        return control >> 6 & 1 == 1 ? "both" : control >> 7 & 1 == 1 ? "2" : "1"
    }

    /// `9f 1-0-1, indirect read`.
    static func command(_ word: UInt32) -> String {
        func lines(_ shift: UInt32) -> UInt32 { [0, 1, 2, 4][Int(word >> shift & 3)] }
        let mode = ["indirect write", "indirect read", "polling", "memory-mapped"][Int(word >> 26 & 3)]
        let instruction = UInt8(truncatingIfNeeded: word)
        return "\(instruction.hex) \(lines(8))-\(lines(10))-\(lines(24)), \(mode)"
    }
}
