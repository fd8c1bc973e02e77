// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// PWR: supply, voltage scaling and low-power control (RM0399 chapter PWR).
final class PowerControl: WordPeripheral {
    /// What the board's supply pins are wired for.
    let wiring: BenchConfiguration.Supply
    private var words = [UInt32](repeating: 0, count: 0x30 / 4)
    /// CR3's supply bits can be written once after power-on.
    private var isSupplyLocked = false
    private var voltageReadyAt: Picoseconds = 0

    init(_ context: ChipContext, wiring: BenchConfiguration.Supply) {
        self.wiring = wiring
        super.init(context)
        powerOnReset()
    }

    func powerOnReset() {
        isSupplyLocked = false
        words[0x0C / 4] = 0x6
        reset()
    }
    override func reset() {
        let supply = words[0x0C / 4]
        for index in words.indices { words[index] = 0 }
        words[0] = 0xF000_C000
        // VOS3.
        words[0x18 / 4] = 0x4000
        // The supply choice survives everything but power-on.
        words[0x0C / 4] = supply
        voltageReadyAt = 0
    }

    /// CR1.DBP: backup domain and backup SRAM may be written.
    var allowsBackupWrites: Bool { words[0] >> 8 & 1 != 0 }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        let isReady = access.now >= voltageReadyAt
        if !isReady { context.stableUntil = voltageReadyAt }
        switch offset {
        // ACTVOS follows VOS.
        case 0x04: return isReady ? words[0x18 / 4] & 0xC000 | 1 << 13 : 0x4000
        case 0x0C:
            // SMPSEXTRDY, USB33RDY.
            return words[0x0C / 4] | 1 << 16 | (words[0x0C / 4] >> 24 & 1 != 0 ? 1 << 26 : 0)
        case 0x18: return words[0x18 / 4] | (isReady ? 1 << 13 : 0)
        case 0x10, 0x14, 0..<0x30: return words[Int(offset / 4)]
        default: return 0
        }
    }

    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        guard offset < 0x30 else { return }
        let index = Int(offset / 4)
        switch offset {
        case 0x04: break
        case 0x0C: writeSupply(merge(words[index], value, lanes: lanes), lanes: lanes, at: access.now)
        case 0x18:
            let new = merge(words[index], value, lanes: lanes) & 0xC000
            if new != words[index] { voltageReadyAt = access.now &+ 40 * .microsecond }
            words[index] = new
        default: words[index] = merge(words[index], value, lanes: lanes)
        }
    }

    private func writeSupply(_ value: UInt32, lanes: UInt32, at now: Picoseconds) {
        let supply: UInt32 = 0x37
        let kept = isSupplyLocked ? words[0x0C / 4] : value
        words[0x0C / 4] = kept & supply | value & 0x0300_0300
        guard lanes & 0xFF != 0, !isSupplyLocked else { return }
        isSupplyLocked = true
        voltageReadyAt = now &+ 50 * .microsecond
        guard !wiring.carries(value & supply) else { return }
        context.hasLostSupply = true
        context.needsAttention = true
    }
}

extension BenchConfiguration.Supply {
    /// Whether the core rail stays up with CR3's BYPASS, LDOEN, SMPSEN, SMPSEXTHP and SMPSLEVEL at `bits`.
    func carries(_ bits: UInt32) -> Bool {
        // Start-up: both regulators on, at their default level.
        if bits == 0x6 { return true }
        let isDirect = bits & 0x3F == 0x4
        let isLinear = bits & 0x3F == 0x2
        return switch self {
        case .either: isDirect || isLinear
        case .directSMPS: isDirect
        case .ldo: isLinear
        case .external: bits & 0x7 == 0x1
        }
    }
}
