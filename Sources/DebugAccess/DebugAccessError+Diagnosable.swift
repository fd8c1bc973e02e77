// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
package import Essentials

extension DebugAccessError: Diagnosable {
    package var code: String {
        switch self {
        case .probe: "DAP-001"
        case .notADebugPort: "DAP-002"
        case .connectionLost: "DAP-003"
        case .powerUpRefused: "DAP-004"
        case .busFault: "DAP-005"
        case .stickyFault: "DAP-006"
        case .busStalled: "DAP-007"
        case .notAMemoryAccessPort: "DAP-008"
        case .outOfAddressSpace: "DAP-009"
        case .unaligned: "DAP-010"
        case .verifyMismatch: "DAP-011"
        case .shortAnswer: "DAP-012"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .probe: nil
        case .notADebugPort, .connectionLost, .powerUpRefused: .noTarget
        case .busFault, .stickyFault, .busStalled, .notAMemoryAccessPort, .outOfAddressSpace, .unaligned,
            .verifyMismatch, .shortAnswer:
            .targetFailed
        }
    }

    package var summary: String {
        switch self {
        case .probe(_, let step): "\(step.rawValue) failed"
        case .notADebugPort(let value): "what answers on SWD is not a debug port: DPIDR reads \(value.hex)"
        case .connectionLost(let attempts, let step, _):
            "contact was lost during \(step.rawValue) and not regained in \(attempts) line resets"
        case .powerUpRefused(let status, let limit):
            "debug power-up not acknowledged within \(Format.time(limit)): \(status)"
        case .busFault(let port, let address, let isWrite, _):
            "the bus behind AP\(port) answered the \(isWrite ? "write" : "read") at \(address.hex) with an error"
        case .stickyFault(let status, let step, let attempts):
            "the debug port answered FAULT to \(step.rawValue) \(attempts) times: \(status)"
        case .busStalled(let port, let address, let attempts):
            "the access through AP\(port) at \(address.hex) never finished (tried \(attempts) times, then aborted)"
        case .notAMemoryAccessPort(let index, let identification):
            identification.rawValue == 0
                ? "there is no AP\(index)" : "AP\(index) is not a memory access port: \(identification)"
        case .outOfAddressSpace(let address, let count):
            "\(count) bytes at \(address.hex) reach beyond the 4 GiB address space"
        case .unaligned(let port, let address, let count):
            "AP\(port) moves whole words only, but \(count) bytes at \(address.hex) were asked for"
        case .verifyMismatch(let address, let wrote, let found, let differing, let total):
            "\(differing) of \(Format.count(total, "byte")) read back \(differing == 1 ? "differs" : "differ"), first at \(address.hex): "
                + "wrote \(wrote.hex), found \(found.hex)"
        case .shortAnswer(let expected, let received, let step):
            "\(step.rawValue) returned \(received) values instead of \(expected)"
        }
    }

    package var remedies: [String] {
        switch self {
        case .notADebugPort: ["check SWDIO, SWCLK and GND", "lower --speed"]
        case .powerUpRefused:
            ["use --connect under-reset: firmware in Standby holds the debug domain off"]
        case .connectionLost:
            [
                "check the cable and lower --speed",
                "use --connect under-reset: firmware may switch the debug pins off or reset the part",
            ]
        case .busStalled: ["power-cycle the board: the bus behind the access port is wedged"]
        case .verifyMismatch:
            ["check that nothing else (DMA, the second core) writes there", "lower --speed"]
        case .probe, .busFault, .stickyFault, .notAMemoryAccessPort, .outOfAddressSpace, .unaligned,
            .shortAnswer:
            []
        }
    }

    package var cause: (any Diagnosable)? {
        switch self {
        case .probe(let error, _), .connectionLost(_, _, let error): error
        default: nil
        }
    }
}

extension DebugAccessError {
    /// Whether the wire or the probe failed rather than the access that was asked for.
    package var isConnectionFailure: Bool {
        switch self {
        // The probe works, but will not or cannot do this one thing, e.g. open a dead AP.
        case .probe(.refused, during: _), .probe(.unsupported, during: _): false
        case .probe, .notADebugPort, .powerUpRefused, .connectionLost: true
        case .busFault, .stickyFault, .busStalled, .notAMemoryAccessPort, .outOfAddressSpace, .unaligned,
            .verifyMismatch, .shortAnswer:
            false
        }
    }
}

extension DebugAccessError {
    /// Nothing intelligible came back over SWD.
    package var isLineFailure: Bool {
        switch self {
        case .probe(let error, _): error.isLineFailure
        case .notADebugPort, .connectionLost: true
        default: false
        }
    }

    /// A probe command did not get through, which says nothing about SWD.
    package var isCableFailure: Bool {
        switch self {
        case .probe(.transport, _), .probe(.malformedResponse, _): true
        default: false
        }
    }

    /// What a target that is just coming out of reset may answer.
    var mayPass: Bool {
        switch self {
        case .probe(let error, _): error.isLineFailure
        case .powerUpRefused, .notADebugPort: true
        default: false
        }
    }
}
