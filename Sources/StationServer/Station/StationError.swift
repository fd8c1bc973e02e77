// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import StationTLS

/// Why the station does not do what it is asked.
package enum StationError: Error, Sendable {
    case unknownSlot(String, known: [String])
    case badRequest(String)
    case noToken
    case badToken
    case roleTooLow(needed: String, held: String)
    case hookRefused(detail: String)
    case hookFailed(command: String, detail: String)
    case hookTimedOut(command: String, after: Duration)
    /// Its unit was cancelled, or the station ends.
    case hookCancelled(command: String)
    case hookAnswer(command: String, detail: String)
    case otherProbe(slot: String, found: String?, expected: String)
    case slotStopped(String, failures: Int)
    case recipeInvalid(any Diagnosable)
    case imageInvalid(name: String, any Diagnosable)
    /// The job is for another revision of the board than the recipe.
    case otherBoardRevision(asked: String, recipe: String)
    case noBoard(slot: String, recipe: String)
    /// The station's memory says no; its own words are in it.
    case store(any Diagnosable)
    case recordNotWritten(any Diagnosable)
    case notFound(String)
    case methodNotAllowed(String, allowed: [String])
    case bodyTooLarge(limit: Int)
    case fileUnusable(path: String, detail: String)
    /// Another process works with it.
    case folderInUse(String)
    case cannotListen(on: String, detail: String)
    /// Without it the process would end in the middle of its work.
    case noThreadFolder(path: String, detail: String)
    /// What it says is not what is in force.
    case stationFileInvalid(any Diagnosable)
    /// The new station file changes what is settled when the station starts.
    case needsRestart(keys: [String])
    case reloadUnderWay
    case certificate(StationTLSError)
    case probeMissing(slot: String, path: String)
    /// Every slot is at work, stopped, or without its probe.
    case noFreeSlot
    /// A scanner or switch of the station file is not there, or several fit.
    case inputMissing(String, device: String, detail: String)
    case inputUnusable(String, path: String, detail: String)
    case scanIncomplete(String)
    /// The central database says no; its own words are in it.
    case central(any Diagnosable)
    case noCentral
}

extension StationError: Diagnosable {
    package var code: String {
        switch self {
        case .unknownSlot: "STN-001"
        case .badRequest: "STN-002"
        case .noToken: "STN-003"
        case .badToken: "STN-004"
        case .roleTooLow: "STN-005"
        case .hookRefused: "STN-010"
        case .hookFailed: "STN-011"
        case .hookTimedOut: "STN-012"
        case .hookAnswer: "STN-013"
        case .hookCancelled: "STN-033"
        case .otherProbe: "STN-014"
        case .slotStopped: "STN-015"
        case .recipeInvalid: "STN-016"
        case .imageInvalid: "STN-017"
        case .noBoard: "STN-018"
        case .otherBoardRevision: "STN-031"
        case .recordNotWritten: "STN-019"
        case .store: "STN-024"
        case .notFound: "STN-020"
        case .bodyTooLarge: "STN-021"
        case .fileUnusable: "STN-022"
        case .cannotListen: "STN-023"
        case .folderInUse: "STN-025"
        case .noThreadFolder: "STN-034"
        case .stationFileInvalid: "STN-026"
        case .needsRestart: "STN-027"
        case .reloadUnderWay: "STN-028"
        case .certificate: "STN-032"
        case .probeMissing: "STN-029"
        case .methodNotAllowed: "STN-030"
        case .noFreeSlot: "STN-040"
        case .inputMissing: "STN-041"
        case .inputUnusable: "STN-042"
        case .scanIncomplete: "STN-043"
        case .central: "STN-050"
        case .noCentral: "STN-051"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .otherProbe: .probeUnavailable
        case .probeMissing: .noProbe
        case .recipeInvalid, .imageInvalid, .recordNotWritten, .store, .stationFileInvalid, .central,
            .certificate:
            nil
        case .noBoard: .configurationInvalid
        case .fileUnusable: .fileUnusable
        case .cannotListen, .noThreadFolder: .machineUnsuitable
        case .hookCancelled: .cancelled
        default: .refused
        }
    }

    package var cause: (any Diagnosable)? {
        switch self {
        case .recipeInvalid(let cause), .imageInvalid(_, let cause), .recordNotWritten(let cause),
            .store(let cause), .stationFileInvalid(let cause), .central(let cause):
            cause
        case .certificate(let cause): cause
        default: nil
        }
    }

    package var summary: String {
        switch self {
        case .unknownSlot(let name, let known):
            "there is no slot `\(name)` (there are \(known.joined(separator: ", ")))"
        case .badRequest(let detail): "the request cannot be understood: \(detail)"
        case .noToken: "no token was given"
        case .badToken: "the token is unknown or revoked"
        case .roleTooLow(let needed, let held): "this takes the role \(needed); the token's is \(held)"
        case .hookRefused(let detail): "the line refused the unit: \(detail)"
        case .hookFailed(let command, let detail): "\(command) failed: \(detail)"
        case .hookTimedOut(let command, let limit):
            "\(command) did not answer within \(Format.time(limit))"
        case .hookCancelled(let command): "\(command) was ended before it had answered"
        case .hookAnswer(let command, let detail): "what \(command) answered cannot be used: \(detail)"
        case .otherProbe(let slot, let found, let expected):
            "slot \(slot) has the probe \(found ?? "without a serial"), the station file says \(expected)"
        case .slotStopped(let slot, let failures):
            "slot \(slot) is stopped after \(Format.count(failures, "failure")) in a row"
        case .recipeInvalid: "the recipe cannot be used"
        case .imageInvalid(let name, _): "the image \(name) cannot be used"
        case .noBoard(let slot, let recipe): "neither recipe \(recipe) nor slot \(slot) names a board"
        case .otherBoardRevision(let asked, let recipe):
            "the board is of revision \(asked), the recipe is for \(recipe)"
        case .store: "the station's memory refuses it"
        case .recordNotWritten: "the unit's record could not be written; its flash was not touched"
        case .notFound(let path): "there is nothing at \(path)"
        case .methodNotAllowed(let method, let allowed):
            "\(method) is not what this path takes (\(allowed.joined(separator: ", ")))"
        case .bodyTooLarge(let limit): "the request is larger than \(Format.bytes(limit))"
        case .fileUnusable(let path, let detail): "\(path): \(detail)"
        case .noThreadFolder(let path, let detail):
            "the station cannot follow its own threads at \(path): \(detail)"
        case .folderInUse(let folder): "another station works with \(folder)"
        case .stationFileInvalid: "the station file has a mistake; what was in force before stays"
        case .certificate: "the station does not take its certificate"
        case .needsRestart(let keys):
            "the new station file changes \(keys.map { "`\($0)`" }.joined(separator: ", ")), which takes a restart;"
                + " what was in force before stays"
        case .probeMissing(let slot, let path): "slot \(slot) has no probe at \(path)"
        case .noFreeSlot: "no slot is free"
        case .inputMissing(let name, let device, let detail):
            "input \(name) (\(device)) is not there: \(detail)"
        case .inputUnusable(let name, let path, let detail):
            "input \(name) cannot be read at \(path): \(detail)"
        case .scanIncomplete(let name): "a code from input \(name) did not arrive whole; no unit was started"
        case .central: "the central database refuses it"
        case .noCentral: "the station has no central database"
        case .reloadUnderWay: "the station file is being read again, or the station is about to end"
        case .cannotListen(let address, let detail): "cannot listen on \(address): \(detail)"
        }
    }

    package var remedies: [String] {
        switch self {
        case .noToken, .badToken:
            ["an engineer makes one: `extflash station token create NAME --role operator`"]
        case .hookTimedOut, .hookFailed: ["look at the line's system; no unit is begun without its answer"]
        case .otherProbe: ["put the probe back where it belongs, or change `serial` in station.yaml"]
        case .slotStopped(let slot, _): ["look at the fixture, then `extflash station resume \(slot)`"]
        case .folderInUse:
            [
                "stop it first, or give this one a folder of its own with --state; what runs answers `extflash` itself"
            ]
        case .noThreadFolder:
            ["mount /proc in this root directory or container: `mount -t proc proc /proc`"]
        case .cannotListen:
            ["stop the program that listens there, or give `http` another place in the station file"]
        case .needsRestart: ["`systemctl restart extflashd`; units in work get the time of `park-time`"]
        case .probeMissing:
            ["plug the probe in where it belongs; `extflash probes` tells where each one is"]
        case .noCentral: ["name one in station.yaml: `central: {database: postgresql://…}`"]
        case .reloadUnderWay: ["wait until the slots that change have ended their units, then try again"]
        case .inputMissing:
            ["plug it in, or look it up in /dev/input/by-id and /sys/class/input and change station.yaml"]
        case .inputUnusable:
            ["the station's user needs the group `input`, and no other program may hold the device"]
        case .scanIncomplete: ["scan it again"]
        case .noFreeSlot:
            ["wait until a unit ends, or look at the slots that are stopped or lack their probe"]
        case .otherBoardRevision: ["choose the recipe that is made for this revision"]
        case .noBoard: ["name the board in the recipe, or at the slot in station.yaml"]
        default: []
        }
    }
}
