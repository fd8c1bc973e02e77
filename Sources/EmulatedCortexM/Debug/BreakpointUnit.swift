// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The flash patch and breakpoint unit: version 2 (M7, any address) or 1 (M4, code region) (ARMv7-M ARM C1.11).
struct BreakpointUnit {
    private let isVersion2: Bool
    private let comparatorCount: Int
    private let literalCount: Int
    private var isEnabled = false
    private var remap: UInt32 = 0
    private var comparators: InlineArray<8, UInt32> = .init(repeating: 0)
    /// The addresses that break, ascending.
    private(set) var addresses: [UInt32] = []

    init(_ model: CoreModel) {
        isVersion2 = model == .cortexM7
        comparatorCount = isVersion2 ? 8 : 6
        literalCount = isVersion2 ? 0 : 2
    }

    func matches(_ address: UInt32) -> Bool { addresses.contains(address) }

    /// Shrinks low ..< high until no breakpoint lies inside.
    func narrow(_ low: inout UInt64, _ high: inout UInt64, around address: UInt64) {
        for breakpoint in addresses {
            if UInt64(breakpoint) > address {
                high = min(high, UInt64(breakpoint))
            } else {
                low = max(low, UInt64(breakpoint) + 2)
            }
        }
    }

    private var control: UInt32 {
        let counts = UInt32(comparatorCount) << 4 | UInt32(literalCount) << 8
        return (isVersion2 ? 1 << 28 : 0) | counts | (isEnabled ? 1 : 0)
    }

    func read(_ offset: UInt32) -> UInt32 {
        switch offset {
        case 0: return control
        case 4: return isVersion2 ? 0 : 1 << 29 | remap
        case 8..<0x28:
            let index = Int(offset &- 8) / 4
            return index < comparatorCount + literalCount ? comparators[index] : 0
        default: return 0
        }
    }
    /// FP_CTRL changes only with its KEY bit set.
    mutating func write(_ offset: UInt32, _ value: UInt32) {
        switch offset {
        case 0: if value & 2 != 0 { isEnabled = value & 1 != 0 }
        case 4: remap = value & 0x1FFF_FFE0
        case 8..<0x28:
            let index = Int(offset &- 8) / 4
            guard index < comparatorCount + literalCount else { return }
            comparators[index] = isVersion2 ? value : value & 0xDFFF_FFFD
        default: return
        }
        refresh()
    }

    private mutating func refresh() {
        addresses.removeAll()
        guard isEnabled else { return }
        for index in 0..<comparatorCount where comparators[index] & 1 != 0 {
            let comparator = comparators[index]
            if isVersion2 {
                addresses.append(comparator & ~1)
            } else {
                // REPLACE: 1 the lower halfword, 2 the upper, 3 both; 0 remaps, which ROM on this chip cannot do.
                let word = comparator & 0x1FFF_FFFC
                if comparator >> 30 & 1 != 0 { addresses.append(word) }
                if comparator >> 31 != 0 { addresses.append(word | 2) }
            }
        }
        addresses.sort()
    }
}
