// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The classes of failure a script can tell apart; the raw value is the process's exit code.
///
/// Stable: a code never changes its meaning. New classes get new numbers. Each error names its class itself
/// (``Diagnosable/failureClass``).
package enum FailureClass: Int32, CaseIterable, Sendable {
    case unexpected = 1
    // 10: the probe and its cable
    case noProbe = 10
    case probeUnavailable = 11
    case probeLost = 12
    case probeFailed = 13
    // 20: the target
    case targetUnpowered = 20
    case noTarget = 21
    case wrongPart = 22
    case targetFailed = 23
    // 30: the input
    case imageMalformed = 30
    case imageChecksum = 31
    case imageOverlap = 32
    case imageBeyondFlash = 33
    case imageForOtherTarget = 34
    case fileUnusable = 35
    case configurationInvalid = 36
    // 40: the loader
    case loaderInvalid = 40
    case loaderWithoutStorageInfo = 41
    case loaderOutsideRAM = 42
    case loaderFailed = 43
    // 50: the flash
    case flashSilent = 50
    case flashProtected = 51
    case verifyMismatch = 52
    case notBlank = 53
    case flashFailed = 54
    // 60: refused before anything was touched
    case refused = 60
    /// This machine lacks something: namespaces for the simulated bus, a station that answers, extflashd.
    case machineUnsuitable = 61
    /// As `sysexits.h` has it and ArgumentParser uses it.
    case usage = 64
    /// 128 + SIGINT.
    case cancelled = 130
    /// 128 + SIGPIPE, as a program ends that does not look after itself.
    case outputClosed = 141

    /// The class of an error, by what it and its causes are.
    ///
    /// Trouble with the probe, the wire or the supply explains everything above it, so it wins wherever it stands in
    /// the chain. Otherwise the outermost error with a class of its own counts.
    package init(of error: any Diagnosable) {
        let classes = error.chain.compactMap(\.failureClass)
        self = classes.last(where: \.explainsEverything) ?? classes.first ?? .unexpected
    }

    private var explainsEverything: Bool {
        switch self {
        case .probeUnavailable, .probeLost, .probeFailed, .targetUnpowered, .noTarget, .wrongPart, .cancelled:
            true
        default: false
        }
    }

    /// As JSON documents name it: `probeLost`.
    package var name: String { "\(self)" }

    /// One line for the manual.
    package var meaning: String {
        switch self {
        case .unexpected: "an unexpected failure; please report it"
        case .noProbe: "no probe matches --probe"
        case .probeUnavailable: "the probe is in use or may not be opened"
        case .probeLost: "the probe was lost during the job"
        case .probeFailed: "the probe did not do what it was asked"
        case .targetUnpowered: "the target is not powered"
        case .noTarget: "no target answers"
        case .wrongPart: "the target is another part than expected"
        case .targetFailed: "the target could not be held, or did something unexpected while it was"
        case .imageMalformed: "an image file is malformed or truncated"
        case .imageChecksum: "a record of an image file has a wrong checksum"
        case .imageOverlap: "images overlap"
        case .imageBeyondFlash: "an image does not fit the flash"
        case .imageForOtherTarget: "an image is for another target"
        case .fileUnusable: "a file cannot be read or written"
        case .configurationInvalid: "a configuration file is missing or invalid"
        case .loaderInvalid: "the loader file is malformed or lacks an entry point"
        case .loaderWithoutStorageInfo: "the loader file has no usable StorageInfo"
        case .loaderOutsideRAM: "the loader is linked outside the target's RAM, or leaves no room in it"
        case .loaderFailed: "the loader failed, crashed or never came back"
        case .flashSilent: "the flash does not answer"
        case .flashProtected: "the flash is write-protected"
        case .verifyMismatch: "the flash does not hold what it should"
        case .notBlank: "the flash is not blank"
        case .flashFailed: "a flash operation failed"
        case .refused: "refused: the request makes no sense for this flash; nothing was touched"
        case .machineUnsuitable:
            "this machine lacks what the command takes: the simulated USB bus, a station that answers, extflashd"
        case .usage: "wrong command line"
        case .cancelled: "cancelled"
        case .outputClosed: "the reader of standard output went away"
        }
    }
}
