// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import DebugProbe

extension TargetError {
    /// Nothing of the target answers, while cable and probe do.
    var isTargetSilence: Bool {
        switch self {
        case .access(let error, _), .core(.access(let error, _, _), _): error.isTargetSilence
        case .probe(let error, _): error.isTargetSilence
        default: false
        }
    }
}

extension DebugAccessError {
    /// The probe has an error of its own, whosever fault it is.
    var isProbeFailure: Bool { if case .probe = self { true } else { false } }

    var isTargetSilence: Bool {
        switch self {
        case .probe(let error, _): error.isTargetSilence
        case .connectionLost(_, _, let last): last.isTargetSilence
        case .notADebugPort, .powerUpRefused: true
        default: false
        }
    }
}

extension ProbeError {
    /// The target rather than cable or probe is what does not answer.
    var isTargetSilence: Bool {
        switch self {
        case .acknowledge, .memoryAccess, .noTarget: true
        case .transport, .malformedResponse, .refused, .unsupported, .targetNotPowered: false
        }
    }
}
