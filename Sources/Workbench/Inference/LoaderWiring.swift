// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

/// How a loader's Init wired the QUADSPI, by what it wrote to ports, clocks and controller.
///
/// Pins and bank are those of the moment when the controller had most of its signals: a loader that gives up takes them back.
struct LoaderWiring {
    /// A pin with an alternate function that leads to no signal of the controller, although another one of it does.
    struct Misplaced: Hashable {
        var pin: PinName
        var function: UInt8
    }

    /// In the order in which they were given to the controller.
    private(set) var contacts: [TargetPin] = []
    private(set) var misplaced: [Misplaced] = []
    /// Ports with pins of the two above whose clock was off: nothing reached them.
    private(set) var unclocked: [UInt8] = []
    /// QUADSPI_CR at that moment; nil where it was not written before.
    private(set) var control: UInt32?
    /// QUADSPI_DCR, written last.
    private(set) var device: UInt32?

    init(_ settings: [RegisterWrite], target: TargetDefinition) {
        var ports = PortReplay(target)
        let controller = target.quadSPI.base
        var current: UInt32?
        for setting in settings {
            ports.apply(setting)
            switch setting.address &- controller {
            case 0x00: current = setting.value
            case 0x04: device = setting.value
            case 0x14: take(ports, current)
            default: break
            }
        }
        take(ports, current)
    }

    private mutating func take(_ ports: PortReplay, _ control: UInt32?) {
        let found = ports.contacts
        // As many later on are the better ones: the loader may have corrected itself.
        guard Set(found.map(\.signal)).count >= Set(contacts.map(\.signal)).count else { return }
        (contacts, misplaced, unclocked) = (found, ports.misplaced, ports.unclocked)
        self.control = control ?? self.control
    }

    /// DFM (RM0399 §24.5.1).
    var isDual: Bool { (control ?? 0) >> 6 & 1 == 1 }
    /// FSEL; nil where the controller was never set up.
    var bank: Int? { control.map { $0 >> 7 & 1 == 1 ? 2 : 1 } }
    /// Bytes by FSIZE.
    var flashSize: UInt64? { device.map { 2 << UInt64($0 >> 16 & 31) } }
    var isEmpty: Bool { contacts.isEmpty && misplaced.isEmpty }
}

/// The ports' settings as the loader meant them, in the order of its writes.
///
/// What goes to a port without a clock is lost, and reads of it give 0: there each write shows the fields it is about, and
/// zeros for the others.
private struct PortReplay {
    private let target: TargetDefinition
    private var clocks: [UInt32: UInt32] = [:]
    /// Pins in alternate function, in the order of becoming so.
    private var alternates: [PinName] = []
    private var functions: [PinName: UInt8] = [:]
    private var lost: Set<UInt8> = []

    private static let portCount: UInt8 = 11

    init(_ target: TargetDefinition) { self.target = target }

    mutating func apply(_ setting: RegisterWrite) {
        let ports = target.ports
        if ports.clock.registers.contains(setting.address) {
            clocks[setting.address] = setting.value
            return
        }
        guard setting.address >= ports.base, ports.stride > 0 else { return }
        let offset = setting.address - ports.base
        let number = offset / ports.stride
        guard number < UInt32(Self.portCount) else { return }
        let port = UInt8(number)
        let clock = ports.clock(of: port)
        let isClocked = clocks.values.contains { $0 >> clock.bit & 1 == 1 }
        switch offset % ports.stride {
        case 0x00: setModes(of: port, setting.value, isClocked)
        case 0x20: setFunctions(of: port, from: 0, setting.value, isClocked)
        case 0x24: setFunctions(of: port, from: 8, setting.value, isClocked)
        default: break
        }
    }

    private mutating func setModes(of port: UInt8, _ value: UInt32, _ isClocked: Bool) {
        for number in UInt8(0)..<16 {
            guard let pin = PinName(port: port, of: number) else { continue }
            let isAlternate = value >> UInt32(2 * number) & 3 == 2
            if isAlternate, !alternates.contains(pin) { alternates.append(pin) }
            if !isAlternate, isClocked { alternates.removeAll { $0 == pin } }
            if isAlternate, !isClocked { lost.insert(port) }
        }
        if isClocked { lost.remove(port) }
    }
    private mutating func setFunctions(
        of port: UInt8, from first: UInt8, _ value: UInt32, _ isClocked: Bool
    ) {
        for index in UInt8(0)..<8 {
            guard let pin = PinName(port: port, of: first + index) else { continue }
            let function = UInt8(value >> UInt32(4 * index) & 15)
            if isClocked || function != 0 { functions[pin] = function }
        }
    }

    var contacts: [TargetPin] {
        alternates.compactMap { pin in
            target.pins.first { $0.pin == pin && $0.function == functions[pin] ?? 0 }
        }
    }
    var misplaced: [LoaderWiring.Misplaced] {
        // AF0 is what a pin has that nobody chose one for: SWDIO, SWCLK and others after a reset.
        alternates.compactMap { pin in
            guard let function = functions[pin], function != 0 else { return nil }
            let choices = target.pins.filter { $0.pin == pin }
            guard !choices.isEmpty, !choices.contains(where: { $0.function == function }) else { return nil }
            return LoaderWiring.Misplaced(pin: pin, function: function)
        }
    }
    var unclocked: [UInt8] {
        Set((contacts.map(\.pin) + misplaced.map(\.pin)).map(\.port)).intersection(lost).sorted()
    }
}

extension PinName {
    /// Nil for what no part has.
    fileprivate init?(port: UInt8, of number: UInt8) {
        self.init("P\(UnicodeScalar(UInt8(ascii: "A") + port))\(number)")
    }
}
