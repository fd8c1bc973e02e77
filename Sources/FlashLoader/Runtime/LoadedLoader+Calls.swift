// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import HardwareDescription
import TargetControl

extension LoadedLoader {
    /// Every call of a loader's function goes through here.
    ///
    /// - Returns: what the function returned, whatever it means.
    func call(
        _ function: LoaderFunction, _ arguments: [UInt32], within deadline: Duration,
        isCancelled: @escaping () -> Bool = { false },
        whileRunning: @escaping (Duration) -> Bool = { _ in false }
    ) throws(LoaderError) -> FunctionResult {
        guard let entry = image.functions[function] else {
            throw .functionMissing(function, file: image.fileName)
        }
        var call = FunctionCall(
            name: function.rawValue, entry: entry, arguments: arguments, stack: layout.stack,
            returnTrap: layout.returnTrap, deadline: deadline)
        call.isCancelled = isCancelled
        call.whileRunning = whileRunning
        do {
            let result = try target.core.call(call)
            targetTime += result.duration
            return result
        } catch {
            forget()
            throw explain(error, in: function)
        }
    }

    /// As ``call(_:_:within:isCancelled:whileRunning:)``, for functions whose 1 is success and all else is not.
    func callExpectingSuccess(
        _ function: LoaderFunction, _ arguments: [UInt32], within deadline: Duration,
        isCancelled: @escaping () -> Bool = { false },
        whileRunning: @escaping (Duration) -> Bool = { _ in false }
    ) throws(LoaderError) {
        let result = try call(
            function, arguments, within: deadline, isCancelled: isCancelled, whileRunning: whileRunning)
        guard result.r0 == 1 else {
            forget()
            throw .refused(
                function, value: result.r0, file: image.fileName, findings: findings(after: function))
        }
    }

    private func explain(_ error: CoreError, in function: LoaderFunction) -> LoaderError {
        switch error {
        case .cancelled: .cancelled(function)
        case .callTimedOut(let mortem), .callFaulted(let mortem), .callLockedUp(let mortem),
            .callHitBreakpoint(let mortem, _), .callHalted(let mortem):
            .callFailed(
                function, error, file: image.fileName,
                findings: findings(of: mortem) + findings(afterInterrupted: function))
        case .stackOverflowed(let mortem):
            // It did come back: where it stands says nothing.
            .callFailed(
                function, error, file: image.fileName,
                findings: [.stackUsed(mortem.stackUsed ?? mortem.stackSize, of: mortem.stackSize)]
                    + findings(after: function))
        case .targetReset: .callFailed(function, error, file: image.fileName, findings: [])
        default: .core(error, during: .prepare)
        }
    }

    /// Nothing is known of the flash's, the controller's and the buffers' state any more.
    func forget() {
        mode.lose()
        mapped = nil
        prepared = nil
    }

    // MARK: Init and DeInit

    /// Runs Init, and looks whether the flash is memory-mapped afterwards.
    package func initialize() throws(LoaderError) {
        mode.lose()
        mapped = nil
        try callExpectingSuccess(.initialize, [], within: timing.initialize(image.storage))
        mode.didInitialize()
        let state = try controller.state()
        mapped = MappedWindow(state, mappedFlash: target.definition.mappedFlash)
        target.core.trace(
            .debug, "flash initialised",
            ["mapped": mapped == nil ? "no" : "yes", "ccr": "\(state.communication)"])
        // The first mapped read after indirect operations may be wrong; it is of no use to anybody here.
        if let mapped { try discardWord(at: UInt32(truncatingIfNeeded: mapped.range.lowerBound)) }
    }

    private func discardWord(at address: UInt32) throws(LoaderError) {
        do { _ = try target.core.memory.readWord(at: address) } catch {
            throw .access(error, during: .mappedRead)
        }
    }

    /// Init where the kind of operation changes, or after something went wrong.
    func enter(_ use: LoaderUse) throws(LoaderError) {
        if mode.needsInitialization(for: use) { try initialize() }
        mode.use(use)
    }

    /// Runs DeInit if there is one.
    package func deinitialize() throws(LoaderError) {
        defer { forget() }
        guard image.functions[.deinitialize] != nil, mode.isKnown else { return }
        _ = try call(.deinitialize, [], within: timing.initialize(image.storage))
    }
}
