// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// A board as data: what one file of `Config/boards/` says (Workbench's article BoardFiles).
package struct BoardDefinition: Hashable, Sendable {
    /// What `--board` takes.
    package var name: String
    package var title: String
    package var sources: [String] = []
    /// A file of `Config/targets`.
    package var target: String
    /// The exact part: `STM32H745XI`.
    package var part: String?
    package var crystals = Crystals()
    package var supply = Supply()
    package var mode = Mode.single
    /// By number; one, or both.
    package var banks: [Bank]
    /// Bank 1's NCS selects both chips.
    package var sharesSelect = false
    /// The fastest clock that the lines to the flash are known to carry; nil where nobody has tried more than the loader does.
    package var fastestClock: Hertz?
    /// Where the flash appears, if not where the target says.
    package var mapped: UInt32?
    /// A file of `loaders/`, a path, or a file in a CMSIS pack (`x.pack:PATH`); nil where the board has none.
    package var loader: String?

    package struct Crystals: Hashable, Sendable {
        /// Nil: none fitted.
        package var highSpeed: Hertz?
        /// An oscillator instead of a crystal.
        package var isBypassed = false
        package var lowSpeed: Hertz?
    }

    package struct Supply: Hashable, Sendable {
        /// What feeds the core.
        package enum Core: String, CaseIterable, Hashable, Sendable {
            case ldo, smps, either, external
        }
        package var core: Core?
        package var volts: Double?
    }

    package enum Mode: String, CaseIterable, Hashable, Sendable {
        /// Each bank for itself.
        case single
        /// Both banks as one memory (DFM), bytes interleaved.
        case dual
    }

    package struct Bank: Hashable, Sendable {
        /// 1 or 2.
        package var number: Int
        /// A file of `Config/flash`; nil for whatever the part says of itself.
        package var flash: String?
        package var pins: [Pin]

        package func pin(_ signal: Signal) -> Pin? { pins.first { $0.signal == signal } }
    }

    package struct Pin: Hashable, Sendable {
        package var signal: Signal
        package var pin: PinName
        /// Alternate function, 0...15.
        package var function: UInt8
        /// A resistor on the board holds the line high while nobody drives it.
        package var hasPullUp = false

        /// `PB2`.
        package var name: String { pin.text }
        package var port: UInt8 { pin.port }
        package var number: UInt8 { pin.number }
    }

    package enum Signal: String, CaseIterable, Hashable, Sendable {
        case clock = "CLK", select = "NCS", data0 = "IO0", data1 = "IO1", data2 = "IO2", data3 = "IO3"
    }
}

extension BoardDefinition {
    package func bank(_ number: Int) -> Bank? { banks.first { $0.number == number } }

    /// Every pin once: both banks may share the clock.
    package var pins: [Pin] {
        var pins: [Pin] = []
        for pin in banks.flatMap(\.pins) where !pins.contains(pin) { pins.append(pin) }
        return pins
    }
}

/// A pin of the part: `PB2`.
package struct PinName: Hashable, Comparable, Sendable {
    /// 0 is GPIOA.
    package var port: UInt8
    package var number: UInt8

    private static let letters = Array("ABCDEFGHIJK")

    init(port: UInt8, number: UInt8) {
        precondition(port < Self.letters.count && number < 16, "the parts have ports A to K")
        (self.port, self.number) = (port, number)
    }

    /// - Returns: nil for anything but `PA0` to `PK15`.
    package init?(_ text: String) {
        let digits = text.dropFirst(2)
        guard text.first == "P", digits.allSatisfy({ "0"..."9" ~= $0 }), let letter = text.dropFirst().first,
            let port = Self.letters.firstIndex(of: letter), let number = UInt8(digits), number <= 15
        else { return nil }
        self.init(port: UInt8(port), number: number)
    }

    package var text: String { "P\(Self.letters[Int(port)])\(number)" }
    /// `GPIOB`.
    package var portName: String { "GPIO\(Self.letters[Int(port)])" }

    package static func < (left: PinName, right: PinName) -> Bool {
        (left.port, left.number) < (right.port, right.number)
    }
}
