// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

extension WorkbenchError: Diagnosable {
    /// A step has the code of the error inside, as has a mistake in a file or on the command line.
    package var code: String {
        switch self {
        case .step(_, let error): error.origin.code
        case .configurationInvalid(let error), .badRange(let error): error.code
        case .noProbe: "WRK-001"
        case .severalProbes: "WRK-002"
        case .configurationMissing: "WRK-010"
        case .fileUnreadable: "WRK-020"
        case .fileUnwritable: "WRK-021"
        case .addressForAddressedFile: "WRK-022"
        case .formatUnknown: "WRK-023"
        case .loaderBelongsElsewhere: "WRK-030"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .step(_, let error): error.origin.failureClass
        case .configurationInvalid(let error), .badRange(let error): error.failureClass
        case .noProbe, .severalProbes: .noProbe
        case .configurationMissing: .configurationInvalid
        case .fileUnreadable, .fileUnwritable: .fileUnusable
        case .addressForAddressedFile, .formatUnknown: .usage
        case .loaderBelongsElsewhere: .loaderInvalid
        }
    }

    package var summary: String {
        switch self {
        case .step(let step, let error): "\(step): \(error.origin.summary)"
        case .noProbe(let selector, let present):
            present.isEmpty
                ? "no probe is connected (looked for \(selector))"
                : "no probe matches \(selector); present: \(present.joined(separator: ", "))"
        case .severalProbes(_, let matching):
            "\(matching.count) probes match: \(matching.joined(separator: ", "))"
        case .configurationMissing(let kind, let name, let known, _):
            "there is no \(kind) called \(name)"
                + (known.isEmpty ? "" : "; known: \(known.joined(separator: ", "))")
        case .configurationInvalid(let error), .badRange(let error): error.summary
        case .fileUnreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .fileUnwritable(let path, let reason): "cannot write \(path): \(reason)"
        case .addressForAddressedFile(let file, let format):
            "\(file) is \(format) and carries its own addresses; it cannot be placed with @ADDRESS"
        case .formatUnknown(let path, let known):
            "\(path): cannot tell the format from the file name (\(known.joined(separator: ", ")))"
        case .loaderBelongsElsewhere(let loader, let start, let flash):
            "\(loader) serves a flash at \(start.hex), the target's is mapped at \(flash.lowerBound.hex)"
        }
    }

    package var cause: (any Diagnosable)? {
        switch self {
        case .step(_, let error): error.origin.cause
        case .configurationInvalid(let error), .badRange(let error): error.cause
        default: nil
        }
    }

    /// A step takes the place of the first error inside it that says something of its own.
    package var chain: [any Diagnosable] {
        guard case .step(_, let error) = self else { return cause.map { [self] + $0.chain } ?? [self] }
        var chain = error.chain
        chain[chain.firstIndex { !$0.onlyPassesOn } ?? 0] = self
        return chain
    }

    package var remedies: [String] {
        switch self {
        case .step(_, let error): error.origin.remedies
        case .configurationInvalid(let error), .badRange(let error): error.remedies
        case .noProbe:
            [
                "plug the probe in, and see `extflash probes`",
                "try without hardware: --probe sim:stlink-v3",
            ]
        case .severalProbes: ["choose one with --probe"]
        case .configurationMissing(let kind, _, _, let searched):
            ["\(kind) files are searched in: \(searched.joined(separator: ", "))"]
        case .formatUnknown: ["give --format"]
        case .loaderBelongsElsewhere: ["use a loader for this board, or the right --board"]
        case .fileUnreadable, .fileUnwritable, .addressForAddressedFile: []
        }
    }
}
