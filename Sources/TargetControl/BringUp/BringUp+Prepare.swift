// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashController
import HardwareDescription

extension BringUp {
    private static let stopLimit: Duration = .milliseconds(50)

    /// From held to ready for calls: a reset where only that helps, else everything that still moves is stopped.
    func prepare(_ target: HeldTarget) throws(TargetError) {
        guard options.preparesForCalls else { return }
        target.disturb()
        let reasons = reasonsForReset(target)
        if !reasons.isEmpty {
            report.resetReasons += reasons
            try resetAndHold(target)
        }
        try stopBusMasters(target)
        try leaveMappedMode(target)
        try controlling(.clean) { () throws(CoreError) in try target.core.cleanForCalls() }
        trace(.step, "main core ready for calls")
    }

    private func reasonsForReset(_ target: HeldTarget) -> [String] {
        guard report.connectMode != .underReset else { return [] }
        switch options.reset {
        case .never: return []
        case .always: return ["asked for"]
        case .whenNeeded: break
        }
        var reasons: [String] = []
        for watchdog in report.watchdogs {
            if case .running = watchdog.state { reasons.append("\(watchdog.name) was running") }
        }
        if report.runsOnOtherClock { reasons.append("the application had changed the system clock") }
        if report.mainCoreWas == .lockedUp { reasons.append("the main core was locked up") }
        return reasons
    }

    /// A system reset with both cores caught at their vectors.
    func resetAndHold(_ target: HeldTarget) throws(TargetError) {
        trace(.step, "reset", ["because": report.resetReasons.joined(separator: ", ")])
        try controlling(.reset) { () throws(CoreError) in
            if let second = target.secondCore { try second.catchReset() }
            try target.core.resetAndHalt(within: target.definition.resetSettle)
        }
        // The second core's domain may come up now, or its catch may have been lost.
        try parkSecondCore(of: target)
    }

    private func stopBusMasters(_ target: HeldTarget) throws(TargetError) {
        let definition = target.definition
        for channel in try activeChannels(definition) {
            var isStopped = false
            try accessing(.busMasters) { () throws(DebugAccessError) in
                let word = try target.memory.readWord(at: channel.control)
                try target.memory.writeWord(word & ~channel.enableMask, at: channel.control)
                // A stream finishes the burst it is in before the bit falls.
                isStopped = try timebase.poll(within: Self.stopLimit) { () throws(DebugAccessError) in
                    try target.memory.readWord(at: channel.control) & channel.enableMask == 0
                }
            }
            guard isStopped else { throw .busMasterRuns(name: channel.name, after: Self.stopLimit) }
            trace(.step, "bus master stopped", ["name": channel.name])
        }
    }

    /// Aborts what QUADSPI does and resets the block.
    ///
    /// The errata want a sequence within 127 kernel clocks after leaving memory-mapped mode (ES0392 §2.7.4). That is too short
    /// for a debugger; the block's reset replaces it, and whoever uses QUADSPI next sets it up from the start.
    private func leaveMappedMode(_ target: HeldTarget) throws(TargetError) {
        let definition = target.definition
        guard try isFlashMapped(definition) else { return }
        let controller = QuadSPIController(memory: target.memory, timebase: timebase, target: definition)
        do {
            try controller.release()
            try controller.reset()
        } catch {
            throw TargetError(leavingMappedMode: error)
        }
        trace(.step, "memory-mapped mode left")
    }
}

extension TargetError {
    fileprivate init(leavingMappedMode error: FlashControllerError) {
        self =
            switch error {
            case .access(let lower): .access(lower, during: .mappedFlash)
            case .stuck(let status, let limit): .mappedModeStays(status: status, after: limit)
            case .notPutBack(let first, _): TargetError(leavingMappedMode: first)
            }
    }
}
