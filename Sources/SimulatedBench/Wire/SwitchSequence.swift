// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The bit patterns by which an SWJ-DP changes its protocol (ADIv5.2 §B5.3, published in IHI 0031).
///
/// Matched against the bits driven on SWDIO/TMS, newest in bit 0.
enum SwitchSequence {
    /// A pattern of `count` bits given least significant bit first, as it looks once shifted in.
    private static func shiftedIn(_ value: UInt128, _ count: Int) -> UInt128 {
        (0..<count).reduce(into: UInt128(0)) { pattern, bit in pattern = pattern << 1 | value >> bit & 1 }
    }
    private static func ones(_ count: Int) -> UInt128 { (1 << count) &- 1 }
    /// At least `lead` ones, then the pattern.
    private static func ends(_ history: UInt128, with pattern: UInt128, _ count: Int, after lead: Int) -> Bool
    {
        history & ones(count) == pattern && history >> count & ones(lead) == ones(lead)
    }

    private static let toSerialWire = shiftedIn(0xE79E, 16)
    private static let toJTAG = shiftedIn(0xE73C, 16)
    private static let toDormant = shiftedIn(0xE3BC, 16)
    private static let jtagToDormant = shiftedIn(0x33BB_BBBA, 31)
    private static let selectionAlert = shiftedIn(0x19BC_0EA2_E3DD_AFE9_8685_2D95_6209_F392, 128)
    private static let activation = shiftedIn(0x1A << 4, 12)
    private static let activationJTAG = shiftedIn(0x0A << 4, 12)

    static func selectsSerialWire(_ history: UInt128) -> Bool {
        ends(history, with: toSerialWire, 16, after: 50)
    }
    static func selectsJTAG(_ history: UInt128) -> Bool { ends(history, with: toJTAG, 16, after: 50) }
    static func leavesSerialWire(_ history: UInt128) -> Bool { ends(history, with: toDormant, 16, after: 50) }
    static func leavesJTAG(_ history: UInt128) -> Bool { ends(history, with: jtagToDormant, 31, after: 5) }

    /// What a dormant port is told after the 128-bit selection alert: four zeros and an activation code.
    struct Wake {
        private var bitsSinceAlert: Int?

        enum Outcome { case none, serialWire, jtag }
        mutating func observe(_ history: UInt128) -> Outcome {
            if history == SwitchSequence.selectionAlert {
                bitsSinceAlert = 0
                return .none
            }
            guard let count = bitsSinceAlert else { return .none }
            bitsSinceAlert = count + 1 < 12 ? count + 1 : nil
            guard count + 1 == 12 else { return .none }
            switch history & SwitchSequence.ones(12) {
            case SwitchSequence.activation: return .serialWire
            case SwitchSequence.activationJTAG: return .jtag
            default: return .none
            }
        }
    }
}
