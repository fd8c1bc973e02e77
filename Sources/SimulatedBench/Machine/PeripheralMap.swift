// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// Where each peripheral's registers are, and the clock without which they do not answer (RM0399, memory map).
struct PeripheralMap {
    struct Slot {
        var base: UInt32
        var peripheral: Peripheral
        var gate: ClockGate?
    }
    /// 1-KiB granules of each bus, indexed from its first address.
    private struct Region {
        var base: UInt32
        var slots: [Slot?]
    }
    private var regions: [Region]
    /// All of them once, in address order.
    private(set) var slots: [Slot] = []

    init() {
        regions = [
            Region(base: 0x4000_0000, slots: Array(repeating: nil, count: 512)),
            Region(base: 0x4802_0000, slots: Array(repeating: nil, count: 32)),
            Region(base: 0x5000_0000, slots: Array(repeating: nil, count: 20)),
            Region(base: 0x5200_0000, slots: Array(repeating: nil, count: 40)),
            Region(base: 0x5800_0000, slots: Array(repeating: nil, count: 168)),
        ]
    }

    mutating func add(_ peripheral: Peripheral, at base: UInt32, size: UInt32 = 0x400, gate: ClockGate? = nil)
    {
        let slot = Slot(base: base, peripheral: peripheral, gate: gate)
        slots.append(slot)
        for index in regions.indices {
            let first = Int(base &- regions[index].base) >> 10
            guard base >= regions[index].base, first < regions[index].slots.count else { continue }
            for granule in 0..<Int(size + 0x3FF) >> 10 { regions[index].slots[first + granule] = slot }
        }
    }

    enum Place {
        case slot(Slot)
        /// On a peripheral bus, but nobody's.
        case hole
        case outside
    }
    @inline(__always) func place(of address: UInt32) -> Place {
        for region in regions {
            let granule = Int(address &- region.base) >> 10
            if address >= region.base, granule < region.slots.count {
                return region.slots[granule].map(Place.slot) ?? .hole
            }
        }
        return .outside
    }
}
