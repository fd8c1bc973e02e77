// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Which core is emulated.
package enum CoreModel: Sendable {
    /// r1p1 with double-precision FPU, FPB v2 with 8 comparators, 16 MPU regions, 16 KiB caches (registers, and a model
    /// of stale instruction lines).
    case cortexM7
    /// r0p1 with single-precision FPU, FPB v1 with 6 comparators, 8 MPU regions.
    case cortexM4
}

extension CoreModel {
    /// CPUID as the H745's cores answer it.
    var processorIdentification: UInt32 { self == .cortexM7 ? 0x411F_C271 : 0x410F_C241 }
    var hasDoublePrecision: Bool { self == .cortexM7 }
    /// FPv5: VSEL, VMAXNM, VRINT, VCVTA and friends.
    var hasFloatingPointVersion5: Bool { self == .cortexM7 }
    var hasCaches: Bool { self == .cortexM7 }
    /// DWT, FPB and ITM refuse software's writes until the lock access register is given its key.
    var hasSoftwareLocks: Bool { self == .cortexM7 }
    var protectionRegionCount: Int { self == .cortexM7 ? 16 : 8 }

    /// MVFR0, MVFR1, MVFR2 (DDI 0489, DDI 0439).
    var floatingPointFeatures: (UInt32, UInt32, UInt32) {
        self == .cortexM7 ? (0x1011_0221, 0x1200_0011, 0x40) : (0x1011_0021, 0x1100_0011, 0)
    }
    /// ID_PFR0 at 0xE000ED40 to ID_ISAR4 at 0xE000ED70.
    var featureRegisters: [UInt32] {
        [
            0x30, 0x200, 0x10_0000, 0, 0x10_0030, 0, 0x100_0000, 0,
            self == .cortexM7 ? 0x110_1110 : 0x114_1110, 0x211_2000, 0x2023_2231, 0x111_1131, 0x131_0132,
        ]
    }
}
