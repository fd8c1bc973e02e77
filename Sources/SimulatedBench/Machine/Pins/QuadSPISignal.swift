// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A signal of the QUADSPI that pins can carry (RM0399, QUADSPI pins).
enum QuadSPISignal: Hashable, Sendable {
    /// CLK, for both banks.
    case clock
    /// BK1_NCS, BK2_NCS.
    case select(bank: Int)
    /// BK1_IO0 to BK2_IO3.
    case data(bank: Int, line: Int)
}

extension QuadSPISignal: LosslessStringConvertible {
    init?(_ text: String) {
        guard text != "CLK" else {
            self = .clock
            return
        }
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let bank = ["BK1": 1, "BK2": 2][parts[0]] else { return nil }
        switch parts[1] {
        case "NCS": self = .select(bank: bank)
        case "IO0": self = .data(bank: bank, line: 0)
        case "IO1": self = .data(bank: bank, line: 1)
        case "IO2": self = .data(bank: bank, line: 2)
        case "IO3": self = .data(bank: bank, line: 3)
        default: return nil
        }
    }
    var description: String {
        switch self {
        case .clock: "CLK"
        case .select(let bank): "BK\(bank)_NCS"
        case .data(let bank, let line): "BK\(bank)_IO\(line)"
        }
    }
}

/// The alternate function by which a pin carries a QUADSPI signal.
struct QuadSPIPin: Hashable, Sendable {
    var signal: QuadSPISignal
    var pin: PinName
    /// AF0...AF15.
    var function: UInt32
}
