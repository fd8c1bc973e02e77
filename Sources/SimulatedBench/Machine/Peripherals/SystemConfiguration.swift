// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// SYSCFG (RM0399 chapter SYSCFG).
final class SystemConfiguration: WordPeripheral {
    private let options: FlashInterface
    private var words = [UInt32](repeating: 0, count: 0x400 / 4)
    private var compensationReadyAt: Picoseconds = 0

    init(_ context: ChipContext, options: FlashInterface) {
        self.options = options
        super.init(context)
    }
    override func reset() {
        for index in words.indices { words[index] = 0 }
        compensationReadyAt = 0
    }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        switch offset {
        case 0x20:
            let isOn = words[0x20 / 4] & 1 != 0
            let isReady = isOn && access.now >= compensationReadyAt
            if isOn, !isReady { context.stableUntil = compensationReadyAt }
            return words[0x20 / 4] | (isReady ? 1 << 8 : 0)
        case 0x24: return 0x88
        // PKGR: TFBGA240.
        case 0x124: return 8
        // UR1 mirrors BCM4 and BCM7, UR2...4 the boot addresses.
        case 0x304 where !options.hasSecondCore: return 0
        case 0x304: return (options.boots(core: 2) ? 1 : 0) | (options.boots(core: 1) ? 1 << 16 : 0)
        case 0x308: return options.bootAddress(core: 1) & 0xFFFF_0000
        case 0x30C: return options.bootAddress(core: 2) >> 16
        default: return words[Int(offset & 0x3FC) / 4]
        }
    }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        guard offset < 0x300, offset != 0x24, offset != 0x124 else { return }
        let index = Int(offset / 4)
        let wasOn = words[0x20 / 4] & 1 != 0
        words[index] = merge(words[index], value, lanes: lanes)
        guard offset == 0x20 else { return }
        words[index] &= 0x1_0003
        // The compensation cell runs from CSI; HAL waits for it with CSI on.
        if !wasOn, words[index] & 1 != 0 { compensationReadyAt = access.now &+ 10 * .microsecond }
    }
}
