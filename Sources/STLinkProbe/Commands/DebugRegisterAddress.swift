// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// How the register commands name a DP or AP register.
struct DebugRegisterAddress: Hashable {
    /// The port number that stands for the DP instead of an AP.
    private static let debugPort: UInt16 = 0xffff
    let port: UInt16
    /// Banked DP registers carry the bank above the address; the firmware keeps SELECT itself.
    let offset: UInt16

    init(_ register: DAPRegister) {
        switch register {
        case .debugPort(let address, let bank):
            (port, offset) = (Self.debugPort, UInt16(bank) << 4 | UInt16(address & 0xc))
        case .accessPort(let index, let address):
            (port, offset) = (UInt16(index), UInt16(address & 0xfc))
        }
    }
}
