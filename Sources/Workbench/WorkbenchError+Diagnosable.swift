// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

extension WorkbenchError: Diagnosable {
    /// A step has the code of the error inside, as has a mistake in a file or on the command line.
    package var code: String {
        switch self {
        case .step(_, let error): error.origin.code
        case .configurationInvalid(let error), .badRange(let error), .imageInvalid(let error): error.code
        case .noProbe: "WRK-001"
        case .severalProbes: "WRK-002"
        case .configurationMissing: "WRK-010"
        case .configurationUnknown: "WRK-013"
        case .configurationAmbiguous: "WRK-014"
        case .fileUnreadable: "WRK-020"
        case .fileUnwritable: "WRK-021"
        case .addressUnused: "WRK-022"
        case .formatUnknown: "WRK-023"
        case .badNumber: "WRK-024"
        case .imageTooLarge: "WRK-025"
        case .givenTwice: "WRK-028"
        case .nothingInFlash: "WRK-026"
        case .loaderNeedsHalt: "WRK-027"
        case .loaderBelongsElsewhere: "WRK-030"
        case .boardNeeded: "WRK-036"
        case .boardHasMistakes: "WRK-037"
        case .loaderUnsound: "WRK-038"
        case .boardForOtherTarget: "WRK-033"
        case .notAPack: "WRK-039"
        case .cancelled: "WRK-040"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .step(_, let error): error.origin.failureClass
        case .configurationInvalid(let error), .badRange(let error), .imageInvalid(let error):
            error.failureClass
        case .noProbe, .severalProbes: .noProbe
        case .configurationMissing, .configurationUnknown, .configurationAmbiguous, .boardHasMistakes:
            .configurationInvalid
        case .fileUnreadable, .fileUnwritable: .fileUnusable
        case .addressUnused, .badNumber, .formatUnknown, .loaderNeedsHalt, .givenTwice, .boardNeeded,
            .notAPack:
            .usage
        case .imageTooLarge, .nothingInFlash: .imageBeyondFlash
        case .loaderBelongsElsewhere: .loaderInvalid
        case .loaderUnsound: .loaderFailed
        case .boardForOtherTarget: .wrongPart
        case .cancelled: .cancelled
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
            known.isEmpty
                ? "no \(kind.title) definitions were found"
                : "there is no \(kind.title) called \(name); known: \(known.joined(separator: ", "))"
        case .configurationUnknown(let name): "there is no configuration file called \(name)"
        case .configurationAmbiguous(let name, let kinds):
            "\(name) is the name of several files: "
                + kinds.map { "\($0.rawValue)/\(name)" }.joined(separator: ", ")
        case .configurationInvalid(let error), .badRange(let error), .imageInvalid(let error): error.summary
        case .cancelled(let step): "stopped on request while \(step)"
        case .fileUnreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .fileUnwritable(let path, let reason): "cannot write \(path): \(reason)"
        case .addressUnused(let address, let files):
            "--address \(address.hex) places raw binaries without an address of their own, and there is none: "
                + files.joined(separator: ", ")
        case .badNumber(let text, let owner, let meaning, let problem):
            text.isEmpty
                ? "\(owner): \(meaning) is missing" : "\(owner): \"\(text)\" is not \(meaning): \(problem)"
        case .givenTwice(let name): "\(name) is given twice, and can be read once only"
        case .imageTooLarge(let file, let format, let size, let limit):
            "\(file) (\(format)) has \(size.map { "\($0)" } ?? "too many") bytes; at most \(limit) are read"
        case .nothingInFlash(let files, let flash):
            "no byte of \(files.joined(separator: ", ")) lies in the flash (\(flash))"
        case .loaderNeedsHalt:
            "--connect hot leaves the cores running, but this command runs a loader in their RAM"
        case .formatUnknown(let path, let known):
            "\(path): cannot tell the format from the file name (\(known.joined(separator: ", ")))"
        case .boardForOtherTarget(let board, let target, let found):
            "board \(board) is for target \(target), but the target is \(found)"
        case .loaderBelongsElsewhere(let loader, let start, let flash):
            "\(loader) serves a flash at \(start.hex), the target's is mapped at \(flash.lowerBound.hex)"
        case .notAPack(let path): "\(path) does not end with .pack, as a CMSIS pack does"
        case .loaderUnsound(let loader, let codes):
            "\(loader) will not work: \(codes.joined(separator: ", "))"
        case .boardNeeded(let known):
            known.isEmpty
                ? "no board was named, and none has a loader of its own"
                : "no board was named, and \(known.count) have a loader of their own: \(known.joined(separator: ", "))"
        case .boardHasMistakes(let file, let count): "\(file) has \(Format.count(count, "mistake"))"
        }
    }

    package var cause: (any Diagnosable)? {
        switch self {
        case .step(_, let error): error.origin.cause
        case .configurationInvalid(let error), .badRange(let error), .imageInvalid(let error): error.cause
        default: nil
        }
    }

    package var onlyPassesOn: Bool {
        if case .step(_, let error) = self {
            error.origin.onlyPassesOn
        } else {
            failureClass == nil && cause != nil
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
        case .configurationInvalid(let error), .badRange(let error), .imageInvalid(let error): error.remedies
        case .noProbe:
            [
                "plug the probe in, and see `extflash probes`",
                "work without hardware: --probe sim:stlink-v3",
            ]
        case .severalProbes: ["choose one with --probe"]
        case .configurationMissing(let kind, _, _, let searched):
            [
                "see `extflash config list`, or give a file by its path",
                searched.isEmpty
                    ? nil
                    : "\(kind.title) files of your own are searched in \(kind.rawValue)/ of: "
                        + searched.joined(separator: ", "),
            ].compactMap { $0 }
        case .configurationUnknown: ["see `extflash config list`"]
        case .configurationAmbiguous: ["name the kind as well"]
        case .boardForOtherTarget:
            [
                "name the board that is connected with --board (see `extflash board list`)",
                "check which board the probe is on",
            ]
        case .formatUnknown: ["give --format"]
        case .loaderBelongsElsewhere: ["use a loader for this board, or the right --board"]
        case .loaderUnsound: ["see what each finding says to do; `loader check --json` has them for programs"]
        case .notAPack: ["see what a single loader file says with `extflash loader inspect`"]
        case .boardNeeded:
            ["name the board with --board (see `extflash board list`), or a loader with --loader"]
        case .addressUnused:
            ["leave --address away: the other formats say themselves where their bytes go"]
        case .badNumber: ["write it as 0x90000000, in decimal, or with a unit: 2304M"]
        case .imageTooLarge: ["check that this is the right file"]
        case .nothingInFlash: ["check the addresses the image was linked for"]
        case .loaderNeedsHalt:
            ["leave --connect hot away, or use it with `extflash info` or `extflash reset`"]
        case .fileUnreadable, .fileUnwritable, .cancelled, .givenTwice,
            .boardHasMistakes:
            []
        }
    }
}
