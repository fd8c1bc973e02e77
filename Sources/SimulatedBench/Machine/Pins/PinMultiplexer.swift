// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What is on the part's pins: the GPIO ports' settings, and which alternate functions lead to the QUADSPI.
final class PinMultiplexer {
    /// A to K.
    let ports: [GPIOPort]
    /// The QUADSPI signal each alternate function of a pin carries.
    private let functions: [PinName: [UInt32: QuadSPISignal]]
    /// Pins changed, at a moment or by a reset.
    var onChange: ((_ now: Picoseconds?) -> Void)?
    /// What the board makes of the trace at a pin; nil where it leaves it alone.
    var outside: ((PinName) -> TraceLevel?)?

    /// `pins` is the part's multiplexer table, as far as the QUADSPI is concerned.
    init(_ context: ChipContext, pins: [QuadSPIPin]) {
        ports = (0..<11).map { GPIOPort(context, port: $0) }
        functions = pins.reduce(into: [:]) { $0[$1.pin, default: [:]][$1.function] = $1.signal }
        for (index, port) in ports.enumerated() {
            port.onChange = { [unowned self] now in onChange?(now) }
            port.outside = { [unowned self] pin in outside?(PinName(port: index, number: pin)) }
        }
    }

    /// What a pin does to the trace it is soldered to.
    func drive(of pin: PinName) -> PinDrive {
        switch ports[pin.port].state(of: pin.number) {
        case .output(let level): return .level(level)
        case .released(let pull): return .released(pull)
        case .alternate(let function, let pull):
            // Another peripheral's function: none of them drives anything here.
            guard let signal = functions[pin]?[function] else { return .released(pull) }
            return .signal(signal, pull: pull)
        }
    }

    /// SWDIO on PA13 and SWCLK on PA14, AF0.
    var carriesDebugPins: Bool { ports[0].isAlternate(13, 0) && ports[0].isAlternate(14, 0) }
}

/// What holds a trace beside the part's pin.
enum TraceLevel: Hashable {
    /// Stronger than the pin's own resistor, and weaker than its output.
    case resistor(Bool)
    /// Stronger than anything.
    case short(Bool)
}

/// What a pin of the part does to the trace it leads to; `pull` is the level its own resistor pulls to, if any.
enum PinDrive: Hashable {
    case signal(QuadSPISignal, pull: Bool?)
    case level(Bool)
    case released(Bool?)
}
