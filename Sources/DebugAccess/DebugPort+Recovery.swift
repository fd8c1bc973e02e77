// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
import Essentials

/// The access that is being made, for retries and errors.
struct AccessPurpose {
    var step: DebugAccessStep
    /// AP and first address of a memory access.
    var memory: (accessPort: UInt8, address: UInt32)?
    var isWrite = false
}

extension DebugPort {
    /// Every retry this layer makes.
    ///
    /// The driver has already retried WAIT within its own bound when it reports it.
    private enum Bound {
        /// Times an access that stays busy is made before it is aborted.
        static let busy = 3
        static let busyPause: Duration = .milliseconds(2)
        /// Times an access is repeated after a line reset.
        static let line = 2
        /// Times an access is repeated after flags that it did not cause.
        static let flags = 2
    }

    /// Runs a batch with this layer's recovery.
    ///
    /// Operations may run twice, so they must bear repetition.
    package func execute(
        _ operations: [DAPOperation], during step: DebugAccessStep = .register
    ) throws(DebugAccessError) -> [UInt32] {
        try execute(operations, AccessPurpose(step: step))
    }

    func execute(_ operations: [DAPOperation], _ purpose: AccessPurpose) throws(DebugAccessError) -> [UInt32]
    {
        let values = try recovering(purpose) { () throws(ProbeError) in try probe.execute(operations) }
        let expected = operations.reduce(0) { $0 + $1.valueCount }
        guard values.count == expected else {
            throw .shortAnswer(expected: expected, received: values.count, during: purpose.step)
        }
        return values
    }

    /// Makes `access` and recovers from what the wire may do to it, within fixed bounds.
    func recovering<Result>(
        _ purpose: AccessPurpose, _ access: () throws(ProbeError) -> Result
    ) throws(DebugAccessError) -> Result {
        var attempts = (busy: 0, line: 0, flags: 0)
        while true {
            let failure: ProbeError
            do { return try access() } catch { failure = error }
            guard let answer = failure.answer else { throw .probe(failure, during: purpose.step) }
            trace(.debug, "access failed", ["during": purpose.step.rawValue, "answer": answer.rawValue])
            switch answer {
            case .wait:
                attempts.busy += 1
                guard attempts.busy < Bound.busy else { throw try stalled(purpose, attempts.busy, failure) }
                timebase.wait(for: Bound.busyPause * attempts.busy)
            case .none, .protocolError:
                attempts.line += 1
                lineFailures += 1
                guard attempts.line <= Bound.line else {
                    throw .connectionLost(attempts: attempts.line, during: purpose.step, last: failure)
                }
                try regainLine(attempts.line, purpose)
            case .fault:
                attempts.flags += 1
                let status = try clearStickyFlags()
                if let fault = try verdict(on: status, failure, purpose, attempts.flags) { throw fault }
            }
        }
    }

    /// Reads CTRL/STAT and clears exactly what it shows.
    ///
    /// - Returns: CTRL/STAT before.
    @discardableResult
    func clearStickyFlags() throws(DebugAccessError) -> RegisterValue<ControlStatus> {
        let status = RegisterValue<ControlStatus>(rawValue: try plainRead(.debugPort(0x4), during: .recovery))
        if status.hasStickyFlag {
            try plainWrite(
                RegisterValue<Abort>(clearing: status).rawValue, to: .debugPort(0x0), during: .recovery)
        }
        return status
    }

    /// - Returns: the error, or nil when the access is to be made again.
    private func verdict(
        on status: RegisterValue<ControlStatus>, _ failure: ProbeError, _ purpose: AccessPurpose,
        _ attempts: Int
    ) throws(DebugAccessError) -> DebugAccessError? {
        let isExhausted = attempts > Bound.flags
        if !status.isPoweredUp, !isExhausted {
            // An AP access faults while the system domain is down: a target reset can drop the request.
            try powerUp()
            return nil
        }
        if status.stickyError || (!status.hasStickyFlag && failure.isMemoryAccess) {
            // A bus error answers the same way again. Block commands clear the flag in the probe, so there it may be gone.
            guard let memory = purpose.memory else {
                return .stickyFault(status, during: purpose.step, attempts: attempts)
            }
            return .busFault(
                accessPort: memory.accessPort, address: failure.address ?? memory.address,
                isWrite: purpose.isWrite, status: status)
        }
        if isExhausted { return .stickyFault(status, during: purpose.step, attempts: attempts) }
        // A write refused for parity, an overrun or a compare left by somebody else: cleared, so once more.
        return nil
    }

    private func regainLine(_ attempt: Int, _ purpose: AccessPurpose) throws(DebugAccessError) {
        trace(.debug, "line reset", ["during": purpose.step.rawValue, "attempt": "\(attempt)"])
        do { try reconnectOnce() } catch {
            guard case .probe(let lower, _) = error, lower.isLineFailure else { throw error }
            // Still silent: the access is tried all the same, and its failure counts against the bound.
        }
    }

    private func stalled(
        _ purpose: AccessPurpose, _ attempts: Int, _ failure: ProbeError
    ) throws(DebugAccessError) -> DebugAccessError {
        var abort = RegisterValue<Abort>.clearingEverything
        abort.abortAccess = true
        try plainWrite(abort.rawValue, to: .debugPort(0x0), during: .recovery)
        guard let memory = purpose.memory else { return .probe(failure, during: purpose.step) }
        return .busStalled(
            accessPort: memory.accessPort, address: failure.address ?? memory.address, attempts: attempts)
    }
}

extension DAPOperation {
    fileprivate var valueCount: Int {
        switch self {
        case .read: 1
        case .readRepeated(_, let count): count
        case .write, .writeRepeated: 0
        }
    }
}

extension ProbeError {
    /// What the target answered, when it was the target that failed the access.
    fileprivate var answer: FailedAcknowledge? {
        switch self {
        case .acknowledge(let answer, _, _), .memoryAccess(let answer, _, _): answer
        default: nil
        }
    }
    fileprivate var address: UInt32? {
        if case .memoryAccess(_, let address, _) = self { address } else { nil }
    }
    fileprivate var isMemoryAccess: Bool { address != nil }
}
