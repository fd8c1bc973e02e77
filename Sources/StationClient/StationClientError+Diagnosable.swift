// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

extension StationClientError: Diagnosable {
    package var code: String {
        switch self {
        case .addressInvalid: "STC-001"
        case .tokenUnusable: "STC-002"
        case .unreachable: "STC-003"
        case .broken: "STC-004"
        case .notUnderstood: "STC-005"
        case .refused(let error): error.code
        case .fileUnreadable: "STC-006"
        case .fileUnwritable: "STC-012"
        case .noSlotFree: "STC-007"
        case .ambiguous: "STC-008"
        case .noMatch: "STC-009"
        case .unitNotGood: "STC-010"
        case .fileInvalid: "STC-013"
        case .certificate: "STC-014"
        case .untrusted: "STC-015"
        case .unsendable: "STC-016"
        case .noSlotWithProbe: "STC-017"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .addressInvalid: .usage
        case .tokenUnusable, .fileUnreadable, .fileUnwritable: .fileUnusable
        case .unreachable, .broken, .notUnderstood, .untrusted: .machineUnsuitable
        case .unsendable: .unexpected
        case .refused(let error): error.failureClass
        case .noSlotFree, .ambiguous, .noMatch: .refused
        case .noSlotWithProbe: .noProbe
        case .unitNotGood(_, _, let verdict, nil): verdict == "cancelled" ? .cancelled : .refused
        case .unitNotGood, .fileInvalid, .certificate: nil
        }
    }

    package var cause: (any Diagnosable)? {
        switch self {
        case .refused(let error): error.cause
        case .unitNotGood(_, _, _, let error): error
        case .fileInvalid(let error), .certificate(let error): error
        default: nil
        }
    }

    package var onlyPassesOn: Bool {
        switch self {
        case .refused(let error): error.onlyPassesOn
        case .fileInvalid, .certificate: true
        default: false
        }
    }

    package var summary: String {
        switch self {
        case .addressInvalid(let text): "`\(text)` is no address of a station"
        case .tokenUnusable(let path, let detail): "the token in \(path) cannot be used: \(detail)"
        case .unreachable(let address, let detail): "no station answers at \(address): \(detail)"
        case .broken(let address, let detail): "the connection to the station at \(address) broke: \(detail)"
        case .notUnderstood(let address, let detail):
            "the answer from \(address) is not one of a station: \(detail)"
        case .refused(let error): error.summary
        case .fileInvalid: "the station file cannot be used"
        case .certificate: "the station's certificate cannot be used"
        case .untrusted(let address, let detail):
            "what answers at \(address) cannot prove to be the station: \(detail)"
        case .unsendable(let detail): "the request cannot be written: \(detail)"
        case .fileUnreadable(let path, let detail): "cannot read \(path): \(detail)"
        case .fileUnwritable(let path, let detail): "cannot write \(path): \(detail)"
        case .noSlotFree(let slots):
            "no slot is free: " + slots.map { "\($0.name) is \($0.activity)" }.joined(separator: ", ")
        case .noSlotWithProbe(let probe, let slots):
            "no slot of the station has the probe \(probe) (there are \(slots.joined(separator: ", ")))"
        case .ambiguous(let text, let matches):
            "`\(text)` can mean \(matches.joined(separator: ", "))"
        case .unitNotGood(let unit, let slot, let verdict, _):
            "unit \(unit) in slot \(slot) is not good: \(verdict)"
        case .noMatch(let text): "there is nothing like `\(text)` on the station"
        }
    }

    package var remedies: [String] {
        switch self {
        case .addressInvalid:
            ["give the path of the station's socket, or a URL such as http://127.0.0.1:8086"]
        case .tokenUnusable: ["write the token, and nothing else, into the file"]
        case .unreachable:
            [
                "start the station: `extflashd`, or `extflash serve` in the foreground",
                "say where it listens: --station SOCKET|URL, or the variable EXTFLASH_STATION",
            ]
        case .broken: ["ask again; what the station was told before goes on there"]
        case .notUnderstood: ["check --station; extflash and extflashd should be of the same version"]
        case .refused(let error): error.remedies
        case .fileUnreadable, .fileUnwritable: []
        case .noSlotFree: ["wait for one, or name a slot with --slot: the unit is queued there"]
        case .noSlotWithProbe: ["name the slot with --slot, or leave --probe out to take any that is free"]
        case .ambiguous: ["give more of the hash"]
        case .untrusted:
            [
                "say who signed the station's certificate: --ca FILE, or the variable EXTFLASH_CA",
                "call the station by a name that its certificate has",
            ]
        case .unitNotGood, .fileInvalid, .certificate, .unsendable: []
        case .noMatch: ["see `extflash recipe list`"]
        }
    }
}
