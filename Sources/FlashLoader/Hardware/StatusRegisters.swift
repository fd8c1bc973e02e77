// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The three status registers of a Winbond flash (W25Q128JV §7.1).
package struct StatusRegisters: Hashable, Sendable {
    package var first: UInt8
    package var second: UInt8
    package var third: UInt8

    package init(_ first: UInt8, _ second: UInt8, _ third: UInt8) {
        (self.first, self.second, self.third) = (first, second, third)
    }

    package var isBusy: Bool { first & 0x01 != 0 }
    package var isWriteEnabled: Bool { first & 0x02 != 0 }
    /// BP2 to BP0.
    package var blockProtection: UInt8 { first >> 2 & 7 }
    package var protectsBottom: Bool { first & 0x20 != 0 }
    package var protectsSectors: Bool { first & 0x40 != 0 }
    package var isLocked: Bool { first & 0x80 != 0 }
    package var isQuadEnabled: Bool { second & 0x02 != 0 }
    package var complementsProtection: Bool { second & 0x40 != 0 }
    package var isSuspended: Bool { second & 0x80 != 0 }
    /// WPS: each block has a lock of its own, set after power-up.
    package var hasIndividualLocks: Bool { third & 0x04 != 0 }

    /// Whether any of the array can be protected.
    package var protectsAnything: Bool {
        hasIndividualLocks || blockProtection != 0 || complementsProtection
    }

    /// `SR1 0x1c (BP 7), SR2 0x02, SR3 0x60`.
    package var text: String {
        var reasons: [String] = []
        if hasIndividualLocks { reasons.append("WPS: individual block locks") }
        if blockProtection != 0 { reasons.append("BP \(blockProtection)") }
        if complementsProtection { reasons.append("CMP") }
        let text = "SR1 \(first.hex), SR2 \(second.hex), SR3 \(third.hex)"
        if isBusy { reasons.append("busy") }
        if isQuadEnabled { reasons.append("quad enabled") }
        return reasons.isEmpty ? text : "\(text) (\(reasons.joined(separator: ", ")))"
    }
}
