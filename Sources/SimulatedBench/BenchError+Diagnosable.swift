// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

extension BenchError: Diagnosable {
    package var code: String {
        switch self {
        case .notASimulatorSelector: "BEN-001"
        case .unknownProbe: "BEN-002"
        case .malformedItem: "BEN-003"
        case .unknownKey: "BEN-004"
        case .repeatedKey: "BEN-005"
        case .unknownValue: "BEN-006"
        case .unknownFirmware: "BEN-007"
        case .state: "BEN-008"
        case .stateSize: "BEN-009"
        case .stateInUse: "BEN-010"
        case .stateForeign: "BEN-011"
        case .description: "BEN-012"
        case .descriptionMissing: "BEN-013"
        case .descriptionUnreadable: "BEN-015"
        case .faultImpossible: "BEN-014"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .unknownProbe: .noProbe
        case .notASimulatorSelector, .malformedItem, .unknownKey, .repeatedKey, .unknownValue,
            .unknownFirmware, .faultImpossible:
            .usage
        case .state, .stateSize, .stateInUse, .stateForeign, .descriptionMissing,
            .descriptionUnreadable:
            .fileUnusable
        case .description: .configurationInvalid
        }
    }

    package var summary: String {
        switch self {
        case .notASimulatorSelector(let text): "`\(text)` does not start with `sim:`"
        case .unknownProbe(let kind, _): "there is no simulated probe `\(kind)`"
        case .malformedItem(let item): "`\(item)` in the simulator's selector is not `key=value`"
        case .unknownKey(let key, _): "the simulator has no setting `\(key)`"
        case .repeatedKey(let key): "the simulator's setting `\(key)` is given twice"
        case .unknownValue(let key, let value, _):
            "`\(value)` is not a value of the simulator's setting `\(key)`"
        case .unknownFirmware(let firmware, let probe, _):
            "`\(firmware)` is not firmware of a simulated \(probe)"
        case .state(let path, let detail): "the simulator's state in \(path) is out of reach: \(detail)"
        case .stateSize(let path, let found, let expected):
            "\(path) holds \(found) bytes, the simulated flash has \(expected)"
        case .stateInUse(let path): "the simulated flash in \(path) is in use by another run"
        case .stateForeign(let path, let detail): "\(path) cannot be used: \(detail)"
        case .description(let problem, let file, let line, let column):
            "\(file):\(line):\(column): \(problem.text)"
        case .faultImpossible(let fault, let part, let feature):
            "`fault=\(fault)` is impossible: the flash \(part) has no \(feature)"
        case .descriptionUnreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .descriptionMissing(let path, ""): "there is no board file `\(path)` that can be read"
        case .descriptionMissing(let name, let folder):
            "the simulator finds no file `\(folder)/\(name).yaml`"
        }
    }

    package var remedies: [String] {
        switch self {
        case .notASimulatorSelector: ["name a simulated probe, e.g. `sim:stlink-v3`"]
        case .unknownProbe(_, let valid): ["use one of: \(valid.map { "sim:\($0)" }.joined(separator: ", "))"]
        case .malformedItem: ["separate settings with commas, e.g. `sim:stlink-v3,times=max,seed=7`"]
        case .unknownKey(_, let valid): ["use one of: \(valid.joined(separator: ", "))"]
        case .repeatedKey: ["give each setting once"]
        case .unknownValue(_, _, let valid): ["use one of: \(valid.joined(separator: ", "))"]
        case .unknownFirmware(_, _, let example): ["write it like `firmware=\(example)`"]
        case .state: ["check that the directory exists and may be written"]
        case .stateSize: ["give another directory, or delete the file to start with an erased flash"]
        case .stateInUse: ["wait until the other run ends, or give each its own directory"]
        case .description: ["correct the file; the pages on board and flash files say what it may hold"]
        case .faultImpossible: ["choose another fault, or a board with another flash part"]
        case .descriptionUnreadable: ["look at the permissions of the file and its folders"]
        case .descriptionMissing(_, ""): ["check the path"]
        case .descriptionMissing(_, let folder):
            ["check the name; `extflash config list` shows the files in `\(folder)`"]
        case .stateForeign:
            [
                "give another directory, or delete the file to start with the registers as the factory sets them"
            ]
        }
    }
}
