// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import HardwareDescription

extension TargetError: Diagnosable {
    package var code: String {
        switch self {
        case .probe: "TGT-002"
        case .access: "TGT-003"
        case .core: "TGT-004"
        case .supplyTooLow: "TGT-005"
        case .unexpectedDebugPort: "TGT-006"
        case .wrongPart: "TGT-007"
        case .missingAccessPort: "TGT-008"
        case .wrongCore: "TGT-009"
        case .keepsResetting: "TGT-010"
        case .busMasterRuns: "TGT-011"
        case .mappedModeStays: "TGT-012"
        case .noReliableClock: "TGT-014"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .probe, .access, .core: nil
        case .supplyTooLow: .targetUnpowered
        case .noReliableClock: .noTarget
        case .unexpectedDebugPort, .wrongPart, .missingAccessPort, .wrongCore: .wrongPart
        case .keepsResetting, .busMasterRuns, .mappedModeStays: .targetFailed
        }
    }

    package var summary: String {
        switch self {
        case .probe(_, let step), .access(_, let step), .core(_, let step): "\(step.rawValue) failed"
        case .supplyTooLow(let volts, let minimum):
            "the target's supply is \(Format.volts(volts)); it needs \(Format.volts(minimum))"
        case .unexpectedDebugPort(let found, let targets):
            "the debug port is not that of \(targets.joined(separator: ", ")): \(found)"
        case .wrongPart(let found, let expected):
            "the part is \(found), not \(expected.joined(separator: " or "))"
        case .missingAccessPort(let index, let role, let found):
            "AP\(index) (\(role.rawValue)) is not there: "
                + (found.map { "IDR reads \($0.hex)" } ?? "IDR cannot be read")
        case .wrongCore(let name, let cpuid): "the core is not a \(name): CPUID reads \(cpuid.hex)"
        case .keepsResetting(let attempts):
            "the part was reset again after each of \(attempts) attempts to hold its cores"
        case .busMasterRuns(let name, let limit): "\(name) did not stop within \(Format.time(limit))"
        case .mappedModeStays(let status, let limit):
            "QUADSPI did not leave memory-mapped mode within \(Format.time(limit)): SR is \(status.hex)"
        case .noReliableClock(let slowest, let failure):
            "SWD is not reliable at any clock down to \(slowest)"
                + (failure == nil ? ": data comes back altered" : "")
        }
    }

    package var remedies: [String] {
        switch self {
        case .supplyTooLow: ["power the board and check that VTREF is wired to the probe"]
        case .unexpectedDebugPort, .wrongPart:
            ["choose the right --target, or check which board the probe is on"]
        case .keepsResetting:
            [
                "use --connect under-reset (nRST must be wired to the probe)",
                "check the supply and the reset circuit",
            ]
        case .missingAccessPort, .wrongCore: ["use --connect under-reset", "power-cycle the board"]
        case .busMasterRuns, .mappedModeStays: ["use --connect under-reset", "power-cycle the board"]
        case .noReliableClock:
            ["check SWDIO, SWCLK and GND, and use a shorter cable", "power-cycle the board"]
        case .probe, .access, .core: []
        }
    }

    package var cause: (any Diagnosable)? {
        switch self {
        case .probe(let error, _): error
        case .access(let error, _): error
        case .core(let error, _): error
        case .noReliableClock(_, let error): error
        default: nil
        }
    }
}

extension DeviceIdentity: CustomStringConvertible {
    package var description: String {
        let cores =
            switch hasSecondCore {
            case true?: ", two cores"
            case false?: ", one core"
            case nil: ""
            }
        return "device \(device.hex), revision \(revision.hex)\(cores)"
    }
}
