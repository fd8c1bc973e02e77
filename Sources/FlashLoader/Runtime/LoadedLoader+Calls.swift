// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
package import FlashController
import HardwareDescription
import TargetControl

/// What a call of a loader's function has to do, as far as it is not arguments.
struct CallWork {
    var deadline: Duration
    /// Bytes, or 1 for what always takes about the same.
    var amount: Int
    /// Words that are filled before the function is entered.
    var fill: (range: Range<UInt32>, word: UInt32)?
    var isCancelled: () -> Bool = { false }
    /// As ``FunctionCall/whileRunning``.
    var whileRunning: (Duration) -> Bool = { _ in false }

    init(within deadline: Duration, amount: Int = 1) { (self.deadline, self.amount) = (deadline, amount) }
}

extension LoadedLoader {
    /// Every call of a loader's function goes through here.
    ///
    /// - Returns: what the function returned, whatever it means.
    func call(
        _ function: LoaderFunction, _ arguments: [UInt32], _ work: CallWork
    ) throws(LoaderError) -> FunctionResult {
        guard let entry = program.entry(of: function) else {
            throw .functionMissing(function, file: fileName)
        }
        var call = FunctionCall(
            name: function.rawValue, entry: entry, arguments: arguments, site: layout.site,
            deadline: min(work.deadline, options.longestCall ?? work.deadline))
        call.staticBase = program.staticBase
        call.expected = pace.expected(function, work.amount)
        (call.fill, call.isCancelled, call.whileRunning) = (work.fill, work.isCancelled, work.whileRunning)
        do {
            let result = try target.core.call(call)
            targetTime += result.duration
            pace.note(function, work.amount, took: result.duration)
            return result
        } catch {
            forget()
            throw explain(error, in: function)
        }
    }

    /// As ``call(_:_:_:)``, for what must succeed.
    func callExpectingSuccess(_ wanted: LoaderCall, _ work: CallWork) throws(LoaderError) {
        let result = try call(wanted.function, wanted.arguments, work)
        guard abi.isSuccess(result.r0, of: wanted) else {
            forget()
            throw refusal(of: wanted.function, result.r0)
        }
    }

    func refusal(of function: LoaderFunction, _ value: UInt32) -> LoaderError {
        .refused(
            function, value: value, file: fileName, findings: findings(after: function), as: abi.format)
    }

    private func explain(_ error: CoreError, in function: LoaderFunction) -> LoaderError {
        switch error {
        case .cancelled: .cancelled(function)
        case .callHitBreakpoint(let mortem, let number):
            .callFailed(
                function, error, file: fileName,
                findings: [Self.breakpoint(number, mortem)] + findings(of: mortem)
                    + findings(afterInterrupted: function))
        case .callTimedOut(let mortem), .callFaulted(let mortem), .callLockedUp(let mortem),
            .callHalted(let mortem):
            .callFailed(
                function, error, file: fileName,
                findings: findings(of: mortem) + findings(afterInterrupted: function))
        // What is wrong is in the loader: board and flash have no part in it.
        case .callOverran(let mortem):
            .callFailed(function, error, file: fileName, findings: findings(of: mortem))
        // It did come back: where it stands says nothing.
        case .stackOverflowed(let mortem):
            .callFailed(
                function, error, file: fileName,
                findings: [.stackUsed(mortem.stackUsed ?? mortem.stackSize, of: mortem.stackSize)])
        case .targetReset: .callFailed(function, error, file: fileName, findings: [])
        default: .core(error, during: .prepare)
        }
    }

    /// BKPT 0xAB is how a program asks a debugger for files and consoles; the operation is in R0 (Arm IHI 0105).
    private static func breakpoint(_ number: UInt8, _ mortem: CallPostMortem) -> LoaderFinding {
        .breakpoint(number, operation: number == 0xAB ? mortem.fault.general.first : nil)
    }

    /// Nothing is known of the flash's, the controller's and the buffers' state any more.
    func forget() {
        mode.lose()
        mapped = nil
        prepared = nil
    }

    /// Somebody else drives controller and flash from now on: the next use needs Init.
    package func handOver() { forget() }

    /// What Init has left in the controller.
    package func controllerState() throws(LoaderError) -> QuadSPIState {
        try asking { () throws(FlashControllerError) in try controller.state() }
    }

    /// Puts the controller back as Init had left it.
    package func restoreController(_ state: QuadSPIState) throws(LoaderError) {
        try asking { () throws(FlashControllerError) in try controller.restore(state) }
    }

    package var now: Duration { target.core.timebase.now }

    // MARK: Init

    /// Runs Init, looks whether it reaches the board's flash, and whether that is memory-mapped.
    ///
    /// - Throws: ``LoaderError/unsuitable(file:findings:)`` when it does not reach it, whatever Init said.
    package func initialize(for use: LoaderUse = .mapped) throws(LoaderError) {
        try close()
        mode.lose()
        mapped = nil
        try open(for: use)
        if try lookAfterInit() == .disturbed { try open(for: use) }
        mode.didInitialize(for: abi.opensForOneUse ? use : nil)
        let state = try asking { () throws(FlashControllerError) in try controller.state() }
        mapped = MappedWindow(state, mappedFlash: target.definition.mappedFlash)
        target.core.trace(
            .debug, "flash initialised",
            ["mapped": mapped == nil ? "no" : "yes", "ccr": "\(state.communication)"])
        // The first mapped read after indirect operations may be wrong; it is of no use to anybody here.
        if let mapped { try discardWord(at: UInt32(truncatingIfNeeded: mapped.range.lowerBound)) }
    }

    private func open(for use: LoaderUse) throws(LoaderError) {
        for call in calls(for: .open(for: use)) ?? [] {
            try callExpectingSuccess(call, CallWork(within: timing.initialize(flash)))
        }
    }

    /// The counterpart of the last Init, where the interface has one and nothing went wrong since.
    private func close() throws(LoaderError) {
        guard let use = mode.openUse else { return }
        for call in calls(for: .close(after: use)) ?? [] {
            try callExpectingSuccess(call, CallWork(within: timing.initialize(flash)))
        }
    }

    private func discardWord(at address: UInt32) throws(LoaderError) {
        do { _ = try target.core.memory.readWord(at: address) } catch {
            throw .access(error, during: .mappedRead)
        }
    }

    /// Init where the kind of operation changes, or after something went wrong.
    func enter(_ use: LoaderUse) throws(LoaderError) {
        if mode.needsInitialization(for: use) { try initialize(for: use) }
        mode.use(use)
    }
}
