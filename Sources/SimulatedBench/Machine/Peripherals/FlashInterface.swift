// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The embedded flash's registers: access control and option bytes (RM0399 chapter FLASH).
///
/// Its array cannot be programmed here: nobody has a reason to, with the memory to be programmed outside.
final class FlashInterface: WordPeripheral {
    /// Values after power-on and after OPTSTART: OPTSR, BOOT7, BOOT4.
    private(set) var options: [UInt32: UInt32]
    private var words = [UInt32](repeating: 0, count: 0x200 / 4)
    private var optionKeys: [UInt32] = []
    private var optionsAreUnlocked = false

    /// OPTSR.BCM4 and BCM7; a part with one core has zeros there (RM0433 chapter FLASH), and its core
    /// always boots.
    private static let bootFields: (second: UInt32, main: UInt32) = (1 << 22, 1 << 23)
    let hasSecondCore: Bool

    /// Factory values: watchdogs by software, RDP level 0, every core boots unless told otherwise.
    init(_ context: ChipContext, hasSecondCore: Bool, bootsSecondCore: Bool) {
        var status: UInt32 = 0x03DE_AAF0
        if !hasSecondCore || !bootsSecondCore { status &= ~Self.bootFields.second }
        if !hasSecondCore { status &= ~Self.bootFields.main }
        options = [0x1C: status, 0x40: 0x1FF0_0800]
        if hasSecondCore { options[0x48] = 0x1000_0810 }
        self.hasSecondCore = hasSecondCore
        super.init(context)
        reset()
    }

    override func reset() {
        for index in words.indices { words[index] = 0 }
        for bank in [0, 0x100] {
            words[bank / 4] = 0x37
            words[(bank + 0x0C) / 4] = 0x31
            words[(bank + 0x18) / 4] = 1
        }
        // The ..._PRG registers start as copies of what is in force.
        for (offset, value) in options { words[Int(offset + 4) / 4] = value }
        (optionKeys, optionsAreUnlocked) = ([], false)
    }

    /// OPTSR.BCM7 and BCM4: the core runs after reset.
    func boots(core: Int) -> Bool {
        guard hasSecondCore else { return core == 1 }
        return (options[0x1C] ?? 0) & (core == 1 ? Self.bootFields.main : Self.bootFields.second) != 0
    }
    /// BOOT_CMx_ADD0, since BOOT0 is low.
    func bootAddress(core: Int) -> UInt32 { (options[core == 1 ? 0x40 : 0x48] ?? 0) << 16 }
    /// OPTSR.IWDGx_SW = 0: the watchdog starts with the part.
    func startsWatchdog(_ number: Int) -> Bool { (options[0x1C] ?? 0) >> (number == 1 ? 4 : 5) & 1 == 0 }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        let offset = offset >= 0x118 && offset < 0x150 ? offset - 0x100 : offset
        if let value = options[offset] { return value }
        switch offset {
        case 0x04, 0x08, 0x104, 0x108: return 0
        // PRAR, SCAR, WPSN: nothing protected.
        case 0x28, 0x30, 0x128, 0x130: return 0xFF
        case 0x38, 0x138: return 0xFF
        default: return offset < 0x200 ? words[Int(offset / 4)] : 0
        }
    }

    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        let offset = offset >= 0x118 && offset < 0x150 ? offset - 0x100 : offset
        switch offset {
        case 0x08, 0x108: writeOptionKey(value)
        case 0x18: writeOptionControl(value)
        case 0x20, 0x44, 0x4C:
            guard optionsAreUnlocked else { return }
            words[Int(offset / 4)] = merge(words[Int(offset / 4)], value, lanes: lanes)
        case 0x00, 0x100:
            words[Int(offset / 4)] = merge(words[Int(offset / 4)], value, lanes: lanes) & 0x3F
        default: break
        }
    }

    private func writeOptionKey(_ key: UInt32) {
        optionKeys = optionKeys.suffix(1) + [key]
        if optionKeys == [0x0819_2A3B, 0x4C5D_6E7F] {
            optionsAreUnlocked = true
            words[0x18 / 4] &= ~1
        }
    }
    private func writeOptionControl(_ value: UInt32) {
        guard optionsAreUnlocked else { return }
        if value & 2 != 0 {
            for offset in options.keys { options[offset] = words[Int(offset + 4) / 4] }
            if !hasSecondCore { options[0x1C]? &= ~(Self.bootFields.main | Self.bootFields.second) }
        }
        if value & 1 != 0 {
            optionsAreUnlocked = false
            words[0x18 / 4] |= 1
        }
    }
}
