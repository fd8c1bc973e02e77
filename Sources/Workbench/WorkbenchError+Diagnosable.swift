// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

extension WorkbenchError: Diagnosable {
    package var code: String {
        switch self {
        case .step(_, let error): error.code
        case .noProbe: "WRK-001"
        case .severalProbes: "WRK-002"
        case .probeUnusable: "WRK-003"
        case .configurationMissing: "WRK-010"
        case .configurationInvalid: "WRK-011"
        case .configurationValue: "WRK-012"
        case .fileUnreadable: "WRK-020"
        case .fileUnwritable: "WRK-021"
        case .addressForAddressedFile: "WRK-022"
        case .formatUnknown: "WRK-023"
        case .badRange: "WRK-024"
        case .loaderBelongsElsewhere: "WRK-030"
        case .flashSilent: "WRK-031"
        case .flashProtected: "WRK-032"
        case .cancelled: "WRK-040"
        }
    }

    package var summary: String {
        switch self {
        case .step(let step, let error): "\(step): \(error.summary)"
        case .noProbe(let selector, let present):
            present.isEmpty
                ? "no probe is connected (looked for \(selector))"
                : "no probe matches \(selector); present: \(present.joined(separator: ", "))"
        case .severalProbes(let selector, let matching):
            "\(selector) fits \(matching.count) probes: \(matching.joined(separator: ", "))"
        case .probeUnusable(let probe, let reason): "\(probe) cannot be used: \(reason.summary)"
        case .configurationMissing(let kind, let name, let known, _):
            "there is no \(kind) called \(name)"
                + (known.isEmpty ? "" : "; known: \(known.joined(separator: ", "))")
        case .configurationInvalid(let path, let error): "\(path): \(error.summary)"
        case .configurationValue(let path, let line, let column, let problem):
            "\(path):\(line):\(column): \(problem)"
        case .fileUnreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .fileUnwritable(let path, let reason): "cannot write \(path): \(reason)"
        case .addressForAddressedFile(let file, let format):
            "\(file) is \(format) and carries its own addresses; it cannot be placed with @ADDRESS"
        case .formatUnknown(let path, let known):
            "\(path): the name does not tell the format (\(known.joined(separator: ", ")))"
        case .badRange(let text, let error): "\(text): \(error.summary)"
        case .loaderBelongsElsewhere(let loader, let start, let flash):
            "\(loader) serves a flash at \(start.hex), the target's is mapped at \(flash.lowerBound.hex)"
        case .flashSilent(let answer, _):
            "the flash does not answer: its identification reads "
                + answer.map { String($0.hex.dropFirst(2)) }.joined(separator: " ")
        case .flashProtected(let status, _): "the flash is write-protected: \(status)"
        case .cancelled(let step): "cancelled during \(step)"
        }
    }

    package var cause: (any Diagnosable)? {
        switch self {
        case .step(_, let error): error.cause
        case .probeUnusable(_, let error), .configurationInvalid(_, let error), .badRange(_, let error):
            error.cause
        case .flashSilent(_, let error), .flashProtected(_, let error): error
        default: nil
        }
    }

    package var remedies: [String] {
        switch self {
        case .step(_, let error), .probeUnusable(_, let error), .configurationInvalid(_, let error),
            .badRange(_, let error):
            error.remedies
        case .noProbe:
            [
                "plug the probe in, and see `extflash probes`",
                "try without hardware: --probe sim:stlink-v3",
            ]
        case .severalProbes: ["name one of them with --probe"]
        case .configurationMissing(let kind, _, _, let searched):
            ["\(kind) files are searched in: \(searched.joined(separator: ", "))"]
        case .formatUnknown: ["give --format"]
        case .loaderBelongsElsewhere: ["use a loader for this board, or the right --board"]
        case .flashSilent:
            [
                "check the flash's supply and wiring, and that the board file names its pins, alternate function and bank",
                "a loader for another board talks to other pins: see `extflash loader inspect`",
            ]
        case .flashProtected: ["clear the protection bits (and the /WP pin) before programming"]
        case .configurationValue, .fileUnreadable, .fileUnwritable, .addressForAddressedFile, .cancelled: []
        }
    }
}
