// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription

/// What a trace between the part and its flash does while nobody but a pin's own resistor moves it.
package enum TraceFinding: Hashable, Sendable {
    /// It stays low against the pin's pull-up.
    case heldLow(BoardDefinition.Pin)
    /// It stays high against the pin's pull-down: a resistor that the board's file does not name, or a short.
    case heldHigh(BoardDefinition.Pin)
    /// The second follows the first: they are connected to each other.
    case tied(BoardDefinition.Pin, BoardDefinition.Pin)
    /// Every one of them stays low, as through the protection diodes of a flash without supply.
    case allHeldLow

    /// One sentence.
    package var text: String {
        switch self {
        case .heldLow(let pin): "\(Self.name(pin)) stays low against the pin's pull-up"
        case .heldHigh(let pin): "\(Self.name(pin)) stays high against the pin's pull-down"
        case .tied(let first, let second):
            "\(Self.name(second)) follows \(Self.name(first)): they are connected"
        case .allHeldLow: "every line of the flash stays low, as where the flash has no supply"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .heldLow(let pin):
            "look for a short to ground at \(Self.name(pin)), at the part and at the flash"
        case .heldHigh(let pin):
            "look for a short to the supply at \(Self.name(pin)), or name its pull-up in the board file"
        case .tied(let first, let second):
            "look for a solder bridge between \(Self.name(first)) and \(Self.name(second))"
        case .allHeldLow:
            "measure the supply at the flash's own pins, and look whether its ground is soldered"
        }
    }

    /// Nothing of the flash can work like that.
    ///
    /// The others may be resistors of the board, and what the flash answers tells.
    package var isCertain: Bool {
        switch self {
        case .allHeldLow, .tied: true
        case .heldLow(let pin): pin.signal == .select
        case .heldHigh: false
        }
    }

    package static func name(_ pin: BoardDefinition.Pin) -> String { "\(pin.signal.rawValue) (\(pin.name))" }
}
