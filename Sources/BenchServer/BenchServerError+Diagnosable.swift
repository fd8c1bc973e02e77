// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import Glibc

extension BenchServerError: Diagnosable {
    package var code: String {
        switch self {
        case .noFuse: "SRV-001"
        case .noNamespace: "SRV-002"
        case .notAllowed: "SRV-003"
        case .noSuchCommand: "SRV-004"
        case .tooManyProbes: "SRV-005"
        case .bench: "SRV-006"
        case .noSimulation: "SRV-007"
        case .refused: "SRV-008"
        case .system: "SRV-009"
        case .cannotListen: "SRV-010"
        case .noSocketNamed: "SRV-011"
        case .record: "SRV-020"
        case .recordIncomplete: "SRV-021"
        case .noTranscript: "SRV-022"
        case .transcriptMalformed: "SRV-023"
        case .replayDiffers: "SRV-024"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .bench: nil
        case .noFuse, .noNamespace, .notAllowed, .system, .cannotListen: .machineUnsuitable
        case .noSuchCommand, .tooManyProbes, .noSimulation, .noSocketNamed, .refused: .usage
        case .record, .recordIncomplete, .noTranscript, .transcriptMalformed: .fileUnusable
        case .replayDiffers: .probeFailed
        }
    }

    package var summary: String {
        switch self {
        case .noFuse(let detail): "/dev/fuse cannot be used: \(detail)"
        case .noNamespace(let detail): "no private namespaces can be made: \(detail)"
        case .notAllowed(let step, let detail): "the private bus cannot be set up: \(step): \(detail)"
        case .noSuchCommand(let command, let detail): "`\(command)` cannot be run: \(detail)"
        case .tooManyProbes(let limit): "the private bus has \(limit) ports"
        case .bench(let selector, _): "the simulated probe `\(selector)` cannot be set up"
        case .noSimulation(let path, let detail): "no simulation answers at \(path): \(detail)"
        case .noSocketNamed:
            "no simulation is named: \(ControlClient.variable) is not set, and --socket is not given"
        case .refused(let reason): "the simulation refused: \(reason)"
        case .cannotListen(let address, let detail): "\(address) cannot be listened on: \(detail)"
        case .system(let operation, let detail): "\(operation) failed: \(detail)"
        case .record(let path, let detail): "nothing can be recorded in \(path): \(detail)"
        case .recordIncomplete(let path, let detail): "the record \(path) ends early: \(detail)"
        case .noTranscript(let path, let detail): "the record \(path) cannot be read: \(detail)"
        case .transcriptMalformed(let path, let line, let reason): "\(path):\(line): \(reason)"
        case .replayDiffers(let path, let line, let difference): "\(path):\(line): \(difference)"
        }
    }

    package var remedies: [String] {
        switch self {
        case .noFuse:
            [
                "load the module (`sudo modprobe fuse`); in a container, start it with --device /dev/fuse",
                "check that this user may open /dev/fuse (mode 0666 on most systems)",
            ]
        case .noNamespace:
            [
                "run as root; in a container, start it with --cap-add SYS_ADMIN and an unconfined seccomp profile",
                "allow user namespaces (`sudo sysctl user.max_user_namespaces=10000`, on Ubuntu also "
                    + "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`)",
            ]
        case .notAllowed:
            ["run outside of a sandbox or chroot, or in a container with --cap-add SYS_ADMIN"]
        case .noSuchCommand: ["check the name after `--`"]
        case .tooManyProbes: ["give fewer --probe options"]
        case .noSimulation, .noSocketNamed:
            ["run this inside of `extflash simulate`, or give its socket with --socket"]
        case .cannotListen:
            [
                "give another port, or an address of this machine as ADDRESS:PORT; port 0 takes any that is free"
            ]
        case .record, .recordIncomplete: ["give --record a directory that can be written and has room"]
        case .transcriptMalformed: ["give a file that `extflash simulate --record` wrote, unchanged"]
        case .replayDiffers:
            ["see what changed in the virtual probe or board since; if the change is right, record anew"]
        case .bench, .refused, .system, .noTranscript: []
        }
    }

    package var cause: (any Diagnosable)? {
        if case .bench(_, let error) = self { error } else { nil }
    }

    /// The text of the last failed call's errno.
    static var lastDetail: String { detail(errno) }
    static func detail(_ number: Int32) -> String { String(cString: strerror(number)) }
}
