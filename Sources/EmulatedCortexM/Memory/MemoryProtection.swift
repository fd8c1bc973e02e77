// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The memory protection unit (ARMv7-M ARM B3.5).
struct MemoryProtection {
    struct Region {
        var base: UInt32 = 0
        /// RASR.
        var attributes: UInt32 = 0

        var isEnabled: Bool { attributes & 1 != 0 && attributes >> 1 & 31 >= 4 }
        /// log2 of the size in bytes.
        var sizeBits: UInt32 { (attributes >> 1 & 31) &+ 1 }

        func contains(_ address: UInt32) -> Bool {
            guard isEnabled else { return false }
            let mask: UInt32 = sizeBits >= 32 ? 0 : ~0 << sizeBits
            guard address & mask == base & mask else { return false }
            guard sizeBits >= 8 else { return true }
            let part = address >> (sizeBits &- 3) & 7
            return attributes >> (8 &+ part) & 1 == 0
        }
        func permits(write: Bool, privileged: Bool) -> Bool {
            switch attributes >> 24 & 7 {
            case 1: privileged
            case 2: privileged || !write
            case 3: true
            case 5: privileged && !write
            case 6, 7: !write
            default: false
            }
        }
        var isExecuteNever: Bool { attributes >> 28 & 1 != 0 }
        /// TEX:C:B of strongly-ordered and device memory.
        var isDevice: Bool { [0, 1, 16].contains(attributes >> 16 & 0x3B) }
        var isCacheable: Bool { attributes >> 17 & 1 != 0 || attributes >> 21 & 1 != 0 }
    }

    private(set) var control: UInt32 = 0
    private var number: UInt32 = 0
    private var regions: [Region]

    init(regionCount: Int) { regions = Array(repeating: Region(), count: regionCount) }

    var isEnabled: Bool { control & 1 != 0 }
    /// MPU_TYPE.
    var type: UInt32 { UInt32(regions.count) << 8 }

    /// Whether the access is allowed.
    ///
    /// `bypassed`: the core runs at a negative priority and HFNMIENA may switch the unit off.
    func permits(
        _ address: UInt32, write: Bool, fetch: Bool, privileged: Bool, atNegativePriority: Bool
    ) -> Bool {
        let byDefault = !(fetch && AddressMap.isExecuteNever(address))
        guard isInForce(atNegativePriority: atNegativePriority), !AddressMap.isPrivatePeripheral(address)
        else {
            return byDefault
        }
        guard let region = region(at: address) else {
            return privileged && control & 4 != 0 && byDefault
        }
        return region.permits(write: write, privileged: privileged) && !(fetch && region.isExecuteNever)
    }
    func isDevice(_ address: UInt32, atNegativePriority: Bool) -> Bool {
        guard isInForce(atNegativePriority: atNegativePriority), let region = region(at: address) else {
            return AddressMap.isDevice(address)
        }
        return region.isDevice
    }
    func isCacheable(_ address: UInt32, atNegativePriority: Bool) -> Bool {
        guard isInForce(atNegativePriority: atNegativePriority), let region = region(at: address) else {
            return !AddressMap.isDevice(address)
        }
        return region.isCacheable
    }
    /// Blocks of this many bytes have one answer; nil while the unit is off.
    var granule: UInt32? {
        guard isEnabled else { return nil }
        var smallest: UInt32 = 1 << 29
        for region in regions where region.isEnabled {
            let bits = region.sizeBits >= 8 ? region.sizeBits &- 3 : region.sizeBits
            smallest = min(smallest, 1 << bits)
        }
        return smallest
    }

    private func isInForce(atNegativePriority: Bool) -> Bool {
        isEnabled && (control & 2 != 0 || !atNegativePriority)
    }
    private func region(at address: UInt32) -> Region? { regions.last { $0.contains(address) } }

    // MARK: Registers, by offset from 0xE000ED90

    func read(_ offset: UInt32) -> UInt32 {
        let region = regions[Int(number)]
        switch offset {
        case 0x00: return type
        case 0x04: return control
        case 0x08: return number
        case 0x0C, 0x14, 0x1C, 0x24: return region.base | number & 15
        case 0x10, 0x18, 0x20, 0x28: return region.attributes
        default: return 0
        }
    }
    mutating func write(_ offset: UInt32, _ value: UInt32) {
        switch offset {
        case 0x04: control = value & 7
        case 0x08: select(value & 0xFF)
        case 0x0C, 0x14, 0x1C, 0x24:
            if value & 0x10 != 0 { select(value & 15) }
            regions[Int(number)].base = value & ~0x1F
        case 0x10, 0x18, 0x20, 0x28: regions[Int(number)].attributes = value & 0x173F_FF3F
        default: break
        }
    }
    private mutating func select(_ region: UInt32) {
        if region < UInt32(regions.count) { number = region }
    }
    mutating func reset() { self = MemoryProtection(regionCount: regions.count) }
}

/// The architecture's default memory map (ARMv7-M ARM B3.1).
enum AddressMap {
    static func isPrivatePeripheral(_ address: UInt32) -> Bool { address >> 20 == 0xE00 }
    static func isExecuteNever(_ address: UInt32) -> Bool { isDevice(address) }
    static func isDevice(_ address: UInt32) -> Bool {
        address >> 29 == 2 || address >= 0xA000_0000
    }
}
