// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// DBGMCU: identity, debug in low power, and what stands still while a core is halted.
///
/// Reset by power-on only. Reached through AP2 at 0xE00E1000 and by everybody else at 0x5C001000.
final class DebugMCU: WordPeripheral {
    let identity: UInt32
    private(set) var control: UInt32 = 0
    private var freeze = [UInt32](repeating: 0, count: 0x60 / 4)
    var onChange: (() -> Void)?

    init(_ context: ChipContext, identity: UInt32) {
        self.identity = identity
        super.init(context)
    }

    func powerOnReset() {
        control = 0
        freeze = freeze.map { _ in 0 }
    }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        switch offset {
        case 0x00: identity
        case 0x04: control
        case 0x34..<0x60: freeze[Int(offset / 4)]
        default: 0
        }
    }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        switch offset {
        case 0x04: control = merge(control, value, lanes: lanes) & 0x1070_01BF
        case 0x34..<0x60: freeze[Int(offset / 4)] = merge(freeze[Int(offset / 4)], value, lanes: lanes)
        default: return
        }
        onChange?()
        context.needsAttention = true
    }

    // MARK: What the bits mean

    var keepsFirstDomainInSleep: Bool { control & 1 != 0 }
    var keepsFirstDomainInStop: Bool { control & 2 != 0 }
    var keepsSecondDomainInSleep: Bool { control & 8 != 0 }
    var keepsSecondDomainInStop: Bool { control & 0x10 != 0 }
    /// D1DBGCKEN and D3DBGCKEN clock the debug components of their domains.
    var clocksFirstDomainDebug: Bool { control >> 21 & 1 != 0 }
    var clocksThirdDomainDebug: Bool { control >> 22 & 1 != 0 }

    /// The pair of freeze registers a counter's bit is in; the second one of a pair belongs to the M4.
    enum FreezeRegister: Int { case apb3 = 0x34, apb1L = 0x3C, apb1H = 0x44, apb2 = 0x4C, apb4 = 0x54 }

    /// Whether the counter behind `bit` stands still, given which cores are halted.
    func isFrozen(_ register: FreezeRegister, bit: UInt32) -> Bool {
        let index = register.rawValue / 4
        return context.isHalted.m7 && freeze[index] >> bit & 1 != 0
            || context.isHalted.m4 && freeze[index + 1] >> bit & 1 != 0
    }
}
