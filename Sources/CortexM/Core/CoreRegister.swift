// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A DCRSR selector (ARMv7-M ARM §C1.6.3).
package struct CoreRegister: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let sp = CoreRegister(rawValue: 13)
    package static let lr = CoreRegister(rawValue: 14)
    package static let pc = CoreRegister(rawValue: 15)
    package static let xpsr = CoreRegister(rawValue: 16)
    package static let msp = CoreRegister(rawValue: 17)
    package static let psp = CoreRegister(rawValue: 18)
    /// CONTROL, FAULTMASK, BASEPRI and PRIMASK: see ``SpecialRegisters``.
    package static let special = CoreRegister(rawValue: 20)
    package static let fpscr = CoreRegister(rawValue: 33)

    /// R0 to R12.
    package static func general(_ number: UInt8) -> CoreRegister {
        precondition(number <= 12, "R13 to R15 have names")
        return CoreRegister(rawValue: number)
    }
    /// S0 to S31.
    package static func single(_ number: UInt8) -> CoreRegister {
        precondition(number < 32, "there are 32 single-precision registers")
        return CoreRegister(rawValue: 0x40 + number)
    }
}

extension CoreRegister: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sp: "SP"
        case .lr: "LR"
        case .pc: "PC"
        case .xpsr: "xPSR"
        case .msp: "MSP"
        case .psp: "PSP"
        case .special: "CONTROL/PRIMASK"
        case .fpscr: "FPSCR"
        default:
            switch rawValue {
            case 0...12: "R\(rawValue)"
            case 0x40...0x5F: "S\(rawValue - 0x40)"
            default: "register \(rawValue)"
            }
        }
    }
}
