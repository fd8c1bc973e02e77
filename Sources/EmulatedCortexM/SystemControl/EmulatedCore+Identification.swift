// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Component identification and ROM tables (ADIv5 D; addresses and part numbers as on the STM32H745).
extension EmulatedCore {
    private struct Component {
        var part: UInt32
        /// JEP106 identity and continuation count.
        var designer: UInt32 = 0x3B
        var continuation: UInt32 = 4
        /// CIDR1 class: 1 ROM table, 9 CoreSight, 14 generic.
        var kind: UInt32 = 14
        var deviceType: UInt32 = 0
        var architecture: UInt32 = 0
        var configuration: UInt32 = 0
    }

    private func component(_ page: UInt32) -> Component? {
        let isM7 = model == .cortexM7
        switch page {
        case 0xE0000: return Component(part: 0x001)
        case 0xE0001: return Component(part: 0x002)
        case 0xE0002: return Component(part: isM7 ? 0x00E : 0x003)
        case 0xE000E: return Component(part: 0x00C)
        case 0xE0041:
            return Component(
                part: isM7 ? 0x975 : 0x925, kind: 9, deviceType: 0x13, architecture: isM7 ? 0x4770_4A13 : 0)
        case 0xE0043: return Component(part: 0x906, kind: 9, deviceType: 0x14, configuration: 0x4_0800)
        case 0xE00FE where isM7: return Component(part: 0x450, designer: 0x20, continuation: 0, kind: 1)
        case 0xE00FF where isM7: return Component(part: 0x4C7, kind: 1)
        case 0xE00FF: return Component(part: 0x450, designer: 0x20, continuation: 0, kind: 1)
        default: return nil
        }
    }

    /// The management registers of a component; nil for offsets that are not among them.
    func readIdentification(_ address: UInt32, byDebugger: Bool) -> UInt32? {
        let page = address >> 12
        guard let component = component(page) else { return nil }
        switch address & 0xFFF {
        case 0xFB4 where page <= 0xE0002: return lockStatus(page, byDebugger: byDebugger)
        case 0xFBC where component.kind == 9: return component.architecture
        case 0xFC8 where component.kind == 9: return component.configuration
        case 0xFCC where component.kind == 9: return component.deviceType
        case 0xFD0: return component.continuation
        case 0xFE0: return component.part & 0xFF
        case 0xFE4: return component.part >> 8 | (component.designer & 15) << 4
        case 0xFE8: return 8 | component.designer >> 4
        case 0xFF0: return 0x0D
        case 0xFF4: return component.kind << 4
        case 0xFF8: return 0x05
        case 0xFFC: return 0xB1
        case 0xFD4...0xFEC: return 0
        default: return nil
        }
    }
    /// LSR: a debugger's accesses are never locked, so to it no lock exists.
    private func lockStatus(_ page: UInt32, byDebugger: Bool) -> UInt32 {
        guard !byDebugger, model.hasSoftwareLocks || page == 0xE0000 else { return 0 }
        return trace.isUnlocked(page) ? 1 : 3
    }

    func readROMTable(_ address: UInt32) -> UInt32 {
        let offset = address & 0xFFF
        if offset == 0xFCC { return 1 }  // MEMTYPE: system memory can be reached too
        let base = address & ~0xFFF
        let entries: [UInt32]
        if base == 0xE00F_E000 {
            entries = [0xE00F_F003, 0xE004_1003, 0xE004_3003]
        } else if model == .cortexM7 {
            entries = [0xE000_E003, 0xE000_1003, 0xE000_2003, 0xE000_0003]
        } else {
            // The TPIU's place is listed as not present.
            entries = [
                0xE000_E003, 0xE000_1003, 0xE000_2003, 0xE000_0003, 0xE004_0002, 0xE004_1003, 0xE004_3003,
            ]
        }
        let index = Int(offset >> 2)
        return index < entries.count ? entries[index] &- base : 0
    }
}
