// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension BoardFile {
    /// Holds the pins against what the part's multiplexer can do, for `board check`.
    ///
    /// - Returns: every mistake with its place, and with the choices there are; empty when all is well or the target's file has
    ///   no table of pins.
    package func mistakes(on target: TargetDefinition) -> [DefinitionError] {
        var mistakes: [DefinitionError] = []
        var taken: [PinName: String] = [:]
        for (bank, pin, entry) in pins {
            let signal = TargetPin.Signal(pin.signal, bank: bank)
            if let other = taken[pin.pin], other != signal.rawValue {
                mistakes.append(
                    entry["pin"].failure(.conflict("\(pin.name) carries \(other) already")))
            }
            taken[pin.pin] = signal.rawValue
            guard !target.pins.isEmpty else { continue }
            let choices = target.pins.filter { $0.signal == signal }
            guard choices.contains(where: { $0.pin == pin.pin }) else {
                mistakes.append(entry["pin"].failure(Self.wrongPin(pin, signal, on: target)))
                continue
            }
            guard !choices.contains(where: { $0.pin == pin.pin && $0.function == pin.function }) else {
                continue
            }
            let functions = choices.filter { $0.pin == pin.pin }.map { "AF\($0.function)" }
            mistakes.append(
                entry["function"].failure(
                    .conflict(
                        "AF\(pin.function) of \(pin.name) is not \(signal.rawValue); "
                            + "that is \(functions.joined(separator: " or "))")))
        }
        return mistakes
    }

    private static func wrongPin(
        _ pin: BoardDefinition.Pin, _ signal: TargetPin.Signal, on target: TargetDefinition
    ) -> DefinitionProblem {
        func list(_ pins: [TargetPin], _ text: (TargetPin) -> String) -> String {
            pins.map(text).joined(separator: ", ")
        }
        let choices = list(target.pins.filter { $0.signal == signal }) { "\($0.pin.text) (AF\($0.function))" }
        let others = list(target.pins.filter { $0.pin == pin.pin }) {
            "\($0.signal.rawValue) (AF\($0.function))"
        }
        return .conflict(
            "\(pin.name) cannot carry \(signal.rawValue); \(signal.rawValue) is on \(choices.isEmpty ? "no pin" : choices)"
                + (others.isEmpty ? "" : "; \(pin.name) carries \(others)"))
    }
}
