// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// APB-D: the system's debug components, seen by AP2 at 0xE00E0000 and by everybody else at 0x5C000000.
final class DebugBus {
    let identification: DebugMCU
    private let context: ChipContext
    private let components: [DebugComponent]
    /// Values written to components, by offset.
    private var words: [UInt32: UInt32] = [:]

    init(_ context: ChipContext, identification: DebugMCU) {
        (self.context, self.identification) = (context, identification)
        components = DebugComponent.stm32h745
    }
    func powerOnReset() {
        words = [:]
        identification.powerOnReset()
    }

    /// `offset` counts from 0xE00E0000; nil is an error response.
    func read(_ offset: UInt32, _ access: Access) -> UInt32? {
        if offset >> 12 == 1 { return identification.read(offset & 0xFFF, access) }
        guard let component = component(at: offset), isClocked(component) else { return nil }
        context.stableUntil = .max
        let word = component.identificationRegister(offset & 0xFFC) ?? words[offset & ~3] ?? 0
        return word >> ((offset & 3) &* 8) & access.width.mask
    }
    func write(_ offset: UInt32, _ value: UInt32, _ access: Access) -> Bool {
        if offset >> 12 == 1 {
            identification.write(offset & 0xFFF, value, access)
            return true
        }
        guard let component = component(at: offset), isClocked(component) else { return false }
        if component.identificationRegister(offset & 0xFFC) == nil { words[offset & ~3] = value }
        return true
    }

    private func component(at offset: UInt32) -> DebugComponent? {
        components.first { $0.page == offset >> 12 }
    }
    /// Behind the second ROM table nothing answers until its debug clock runs (DBGMCU_CR.D3DBGCKEN).
    private func isClocked(_ component: DebugComponent) -> Bool {
        component.page < 0x10 || identification.clocksThirdDomainDebug
    }
}

/// A 4 KiB CoreSight frame.
struct DebugComponent {
    enum Designer { case arm, st }
    /// Address bits from 12 up, counted from 0xE00E0000.
    var page: UInt32
    var part: UInt32
    var designer = Designer.arm
    /// 1: ROM table, 9: CoreSight component, 15: CoreLink, PrimeCell.
    var componentClass: UInt32 = 9
    var deviceID: UInt32 = 0
    /// ROM table entries: offset from the table, bit 1 for the 32-bit format, bit 0 for present.
    var entries: [UInt32] = []

    /// The fixed registers; nil is one that software owns.
    func identificationRegister(_ offset: UInt32) -> UInt32? {
        switch offset {
        case 0xFC8 where componentClass == 9: deviceID
        case 0xFD0: designer == .arm ? 4 : 0
        case 0xFD4, 0xFD8, 0xFDC: 0
        case 0xFE0: part & 0xFF
        case 0xFE4: (designer == .arm ? 0xB0 : 0x00) | part >> 8
        case 0xFE8: designer == .arm ? 0x0B : 0x0A
        case 0xFEC: 0
        case 0xFF0: 0x0D
        case 0xFF4: componentClass << 4
        case 0xFF8: 0x05
        case 0xFFC: 0xB1
        case 0..<0xF00 where componentClass == 1:
            Int(offset / 4) < entries.count ? entries[Int(offset / 4)] : 0
        default: nil
        }
    }

    /// What a walk through a real part's AP2 finds.
    static let stm32h745: [DebugComponent] = [
        DebugComponent(
            page: 0x00, part: 0x450, designer: .st, componentClass: 1,
            entries: [0x1003, 0x2002, 0x3003, 0x4003, 0x5003, 0x1_0003]),
        // SWO, its funnel, and the timestamp generator.
        DebugComponent(page: 0x03, part: 0x914, deviceID: 0xEA0),
        DebugComponent(page: 0x04, part: 0x908, deviceID: 0x22),
        DebugComponent(page: 0x05, part: 0x101, componentClass: 15),
        DebugComponent(
            page: 0x10, part: 0x001, designer: .st, componentClass: 1,
            entries: [0x1003, 0x2002, 0x3003, 0x4003, 0x5003]),
        // CTI, trace funnel, ETF, TPIU.
        DebugComponent(page: 0x11, part: 0x906, deviceID: 0x4_0800),
        DebugComponent(page: 0x13, part: 0x908, deviceID: 0x34),
        DebugComponent(page: 0x14, part: 0x961, deviceID: 0x280),
        DebugComponent(page: 0x15, part: 0x912, deviceID: 0xA0),
    ]
}
