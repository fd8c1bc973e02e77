// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// A board as a loader's Init shows it, without its flash.
struct BoardDraft {
    /// Where a pin comes from.
    enum Origin: String, CaseIterable {
        /// Init gave it to the signal.
        case set
        /// Init gave it another function than the one that leads to the signal.
        case corrected
        /// Init gave no pin to the signal.
        case guessed
    }
    struct Pin {
        var signal: BoardDefinition.Signal
        var contact: TargetPin
        var origin: Origin
    }
    struct Bank {
        var number: Int
        var pins: [Pin]
    }

    var target: String
    var mode: BoardDefinition.Mode
    var sharesSelect = false
    var banks: [Bank] = []
    /// Nil: HSE is not started.
    var highSpeed: Hertz?
    var isBypassed = false
    var hasLowSpeed = false
    var supply: BoardDefinition.Supply.Core?
    var notes: [InferenceNote] = []

    /// What boards of this family have, where nothing tells.
    static let usualCrystal: Hertz = .megahertz(25)

    /// `stated` is the flash's size by the loader's record.
    init(_ wiring: LoaderWiring, _ clocks: LoaderClocks, stated: UInt32, target: TargetDefinition) {
        self.target = target.name
        mode = wiring.isDual ? .dual : .single
        (isBypassed, hasLowSpeed, supply) = (clocks.bypassesHighSpeed, clocks.startsLowSpeed, clocks.supply)
        if clocks.startsHighSpeed {
            let choices = clocks.highSpeedChoices
            highSpeed = choices.first ?? Self.usualCrystal
            notes.append(
                choices.first.map { .crystalGuessed($0, others: Array(choices.dropFirst())) }
                    ?? .crystalUnknown(Self.usualCrystal))
        }
        // Twice the size keeps the end of the flash away from a fault of the controller (ES0392 §2.7.5).
        if let size = wiring.flashSize, ![UInt64(stated), UInt64(stated) * 2].contains(size) {
            notes.append(.sizeDiffers(stated: stated, configured: size))
        }
        choosePins(wiring, target)
        notes += wiring.unclocked.map { .portUnclocked("GPIO\(UnicodeScalar(UInt8(ascii: "A") + $0))") }
    }

    private mutating func choosePins(_ wiring: LoaderWiring, _ target: TargetDefinition) {
        var taken: Set<PinName> = []
        for number in bankNumbers(wiring) {
            var bank = Bank(number: number, pins: [])
            for signal in BoardDefinition.Signal.allCases {
                // The clock serves both banks, and is given once.
                if signal == .clock, !banks.isEmpty { continue }
                let wanted = TargetPin.Signal(signal, bank: number)
                if signal == .select, number == 2, mode == .dual, !wiring.has(wanted) {
                    sharesSelect = true
                    continue
                }
                guard let pin = pin(for: signal, wanted, wiring, target, taken) else { continue }
                taken.insert(pin.contact.pin)
                bank.pins.append(pin)
            }
            banks.append(bank)
        }
    }

    /// Those that the controller is set to; where the pins are all the other bank's, that one.
    private mutating func bankNumbers(_ wiring: LoaderWiring) -> [Int] {
        guard mode == .single else { return [1, 2] }
        let counts = [1, 2].map { bank in
            Set(wiring.contacts.map(\.signal)).count { signal in
                BoardDefinition.Signal.allCases.contains {
                    $0 != .clock && TargetPin.Signal($0, bank: bank) == signal
                }
            }
        }
        let wired = counts[1] > counts[0] ? 2 : 1
        guard let selected = wiring.bank else { return [wired] }
        guard counts[selected - 1] == 0, counts[2 - selected] > 0 else { return [selected] }
        notes.append(.otherBank(selected: selected, wired: wired))
        return [wired]
    }

    private mutating func pin(
        for signal: BoardDefinition.Signal, _ wanted: TargetPin.Signal, _ wiring: LoaderWiring,
        _ target: TargetDefinition, _ taken: Set<PinName>
    ) -> Pin? {
        let found = wiring.contacts.filter { $0.signal == wanted && !taken.contains($0.pin) }
        if let first = found.first {
            if found.count > 1 {
                notes.append(
                    .pinAmbiguous(
                        wanted, taken: first.pin.text, others: found.dropFirst().map(\.pin.text)))
            }
            return Pin(signal: signal, contact: first, origin: .set)
        }
        let choices = target.pins.filter { $0.signal == wanted && !taken.contains($0.pin) }
        for odd in wiring.misplaced {
            guard let choice = choices.first(where: { $0.pin == odd.pin }) else { continue }
            notes.append(.wrongFunction(choice, found: odd.function))
            return Pin(signal: signal, contact: choice, origin: .corrected)
        }
        // Not one that carries another signal already.
        let used = Set(wiring.contacts.map(\.pin))
        guard let guess = choices.first(where: { !used.contains($0.pin) }) ?? choices.first else {
            return nil
        }
        notes.append(.pinGuessed(guess))
        return Pin(signal: signal, contact: guess, origin: .guessed)
    }
}

extension LoaderWiring {
    /// Whether a pin was given to the signal, or one that could carry it was meant.
    fileprivate func has(_ signal: TargetPin.Signal) -> Bool { contacts.contains { $0.signal == signal } }
}
