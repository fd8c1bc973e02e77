// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

extension CoreError: Diagnosable {
    package var code: String {
        switch self {
        case .access: "COR-001"
        case .notACortexM: "COR-002"
        case .haltTimedOut: "COR-003"
        case .notHalted: "COR-004"
        case .registerNotReady: "COR-005"
        case .resetNotSeen: "COR-006"
        case .implausibleCache: "COR-007"
        case .noBreakpointLeft: "COR-008"
        case .breakpointUnreachable: "COR-009"
        case .cancelled: "COR-010"
        case .targetReset: "COR-011"
        case .callTimedOut: "COR-012"
        case .callFaulted: "COR-013"
        case .callLockedUp: "COR-014"
        case .callHitBreakpoint: "COR-015"
        case .callHalted: "COR-016"
        case .stackOverflowed: "COR-017"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .access: nil
        case .notACortexM, .haltTimedOut, .notHalted, .registerNotReady, .resetNotSeen, .implausibleCache,
            .noBreakpointLeft, .breakpointUnreachable, .targetReset:
            .targetFailed
        case .cancelled: .cancelled
        case .callTimedOut, .callFaulted, .callLockedUp, .callHitBreakpoint, .callHalted, .stackOverflowed:
            .loaderFailed
        }
    }

    package var summary: String {
        switch self {
        case .access(_, let core, let step): "\(core): \(step.rawValue) failed"
        case .notACortexM(let core, let cpuid): "\(core): CPUID reads \(cpuid.hex), which is no Cortex-M"
        case .haltTimedOut(let core, let status, let limit): "\(core) did not halt within \(limit): \(status)"
        case .notHalted(let core, let status, let step):
            "\(core) runs, but \(step.rawValue) needs it halted: \(status)"
        case .registerNotReady(let core, let register, let limit):
            "\(core): \(register) was not transferred within \(limit)"
        case .resetNotSeen(let core, let limit): "\(core) was not reset within \(limit)"
        case .implausibleCache(let core, let size): "\(core): its cache cannot have this geometry: \(size)"
        case .noBreakpointLeft(let core, let count): "\(core): all \(count) breakpoint comparators are in use"
        case .breakpointUnreachable(let core, let address):
            "\(core): its breakpoint unit does not reach \(address.hex)"
        case .cancelled(let function, let time): "\(function) was cancelled after \(time.seconds.rounded3) s"
        case .targetReset(let function, let time):
            "the target was reset while \(function) ran (after \(time.seconds.rounded3) s)"
        case .callTimedOut(let mortem):
            "\(mortem.function) did not return within \(mortem.elapsed.seconds.rounded3) s: \(mortem.place)"
        case .callFaulted(let mortem): "\(mortem.function) ended in a fault: \(mortem.place)"
        case .callLockedUp(let mortem): "the core locked up in \(mortem.function): \(mortem.place)"
        case .callHitBreakpoint(let mortem, let immediate):
            "\(mortem.function) stopped at BKPT \(immediate.hex) that is not its return: \(mortem.place)"
        case .callHalted(let mortem): "\(mortem.function) was halted from outside: \(mortem.place)"
        case .stackOverflowed(let mortem): "\(mortem.function) used its whole stack and wrote below it"
        }
    }

    package var remedies: [String] {
        switch self {
        case .notACortexM, .haltTimedOut:
            ["use --connect under-reset: firmware may keep the core in Standby or reset it again and again"]
        case .targetReset:
            ["a watchdog may be running: use --connect under-reset so that the application never starts it"]
        case .callTimedOut:
            [
                "look where it stands (`loader check`): a wait for a flash that does not answer is the usual cause",
                "check that the loader was built for this board's pins and bank",
            ]
        case .callHitBreakpoint(_, 0xAB):
            ["the loader uses semihosting (printf or exit): build it without"]
        case .stackOverflowed: ["give the loader a larger stack, or link it with a smaller one in mind"]
        default: []
        }
    }

    package var cause: (any Diagnosable)? {
        if case .access(let error, _, _) = self { error } else { nil }
    }
}

extension Double {
    /// Three decimals at most.
    var rounded3: String {
        let thousandths = (self * 1_000).rounded()
        guard thousandths.magnitude < 1e15 else { return "\(self)" }
        return "\(thousandths / 1_000)"
    }
}
