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
        case .cancelled: "COR-010"
        case .targetReset: "COR-011"
        case .callTimedOut: "COR-012"
        case .callFaulted: "COR-013"
        case .callLockedUp: "COR-014"
        case .callHitBreakpoint: "COR-015"
        case .callHalted: "COR-016"
        case .stackOverflowed: "COR-017"
        case .callOverran: "COR-018"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .access: nil
        case .notACortexM, .haltTimedOut, .notHalted, .registerNotReady, .resetNotSeen, .implausibleCache,
            .targetReset:
            .targetFailed
        case .cancelled: .cancelled
        case .callTimedOut, .callFaulted, .callLockedUp, .callHitBreakpoint, .callHalted, .stackOverflowed,
            .callOverran:
            .loaderFailed
        }
    }

    package var summary: String {
        switch self {
        case .access(_, let core, let step): "\(core): \(step.rawValue) failed"
        case .notACortexM(let core, let cpuid): "\(core): CPUID reads \(cpuid.hex), which is not a Cortex-M's"
        case .haltTimedOut(let core, let status, let limit):
            "\(core) did not halt within \(Format.time(limit)) (DHCSR \(status.rawValue.hex)\(Self.state(status)))"
        case .notHalted(let core, let status, let step):
            "\(core) is running\(Self.state(status)), but \(step.rawValue) needs it halted (DHCSR \(status.rawValue.hex))"
        case .registerNotReady(let core, let register, let limit):
            "\(core): \(register) was not transferred within \(Format.time(limit))"
        case .resetNotSeen(let core, let limit): "\(core) was not reset within \(Format.time(limit))"
        case .implausibleCache(let core, let size):
            "\(core): its data cache cannot have the geometry that it gives (CCSIDR \(size.rawValue.hex))"
        case .cancelled(let function, let time): "\(function) was cancelled after \(Format.time(time))"
        case .targetReset(let function, let time):
            "the target was reset while \(function) ran (after \(Format.time(time)))"
        case .callTimedOut(let mortem):
            "\(mortem.function) did not return within \(Format.time(mortem.elapsed)): \(mortem.place)"
        case .callFaulted(let mortem): "\(mortem.function) ended in a fault: \(mortem.place)"
        case .callLockedUp(let mortem): "the core locked up in \(mortem.function): \(mortem.place)"
        case .callHitBreakpoint(let mortem, let immediate):
            "\(mortem.function) stopped at BKPT \(immediate.hex) that is not its return: \(mortem.place)"
        case .callHalted(let mortem): "\(mortem.function) was halted from outside: \(mortem.place)"
        case .stackOverflowed(let mortem):
            "\(mortem.function) returned, but wrote below its stack of \(mortem.stackSize) bytes"
        case .callOverran(let mortem):
            "\(mortem.function) was stopped at a store into \(Self.area(mortem)): \(mortem.place)"
        }
    }

    /// What DHCSR says beside running and halted.
    private static func state(_ status: RegisterValue<DebugHaltingControl>) -> String {
        if status.isLockedUp { return ", locked up" }
        return status.isAsleep ? ", asleep" : ""
    }
    private static func area(_ mortem: CallPostMortem) -> String {
        mortem.watched == .gate
            ? "the code that calls return to" : "the guard below its stack of \(mortem.stackSize) bytes"
    }

    package var remedies: [String] {
        switch self {
        case .notACortexM, .haltTimedOut:
            ["use --connect under-reset: firmware may keep the core in Standby or reset it again and again"]
        case .notHalted:
            [
                "connect so that the core is halted: --connect hot only looks",
                "another debugger may have resumed the core: close it",
            ]
        case .targetReset:
            [
                "a watchdog may be running: use --connect under-reset so that the application never starts it",
                "the function may reset the part itself (NVIC_SystemReset in an error handler): return failure instead",
            ]
        case .callTimedOut:
            [
                "look at where it stands: a wait for a flash that does not answer is the usual cause",
                "check that the loader was built for this board's pins and bank",
            ]
        case .callHitBreakpoint(_, 0xAB):
            ["the loader uses semihosting (printf or exit): build it without"]
        case .callHalted: ["another debugger may have halted the core: close it"]
        case .stackOverflowed:
            ["make large local arrays static, end recursion, and leave printf out"]
        case .registerNotReady: ["check that the core has a clock", "use a slower --speed"]
        default: []
        }
    }

    package var cause: (any Diagnosable)? {
        if case .access(let error, _, _) = self { error } else { nil }
    }
}
