// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashController
import HardwareDescription
import TargetControl

/// Loaders whose Init does little: clocks, pins and controller are set up by the functions that first need them.
extension LoadedLoader {
    /// Whether Init has set up nothing of the way to the flash: the controller is off, or has none of the board's pins.
    ///
    /// Where no board is known, a controller whose clock goes to no pin reaches none. Its flash would be read as blank, and what
    /// shares a sector with an image would be lost.
    func isUntouched(_ found: FlashInspection) throws(LoaderError) -> Bool {
        if found.banks.isEmpty { return true }
        guard found.chips.isEmpty else { return false }
        guard let pins = options.board?.pins.count, pins > 0 else { return try !hasClockPin() }
        let missing = found.findings.reduce(0) { count, finding in
            switch finding {
            case .pinNotConnected: count + 1
            case .portClockOff(_, let signals): count + signals.count
            default: count
            }
        }
        return missing >= pins
    }

    private func hasClockPin() throws(LoaderError) -> Bool {
        try asking { () throws(FlashControllerError) in
            try controller.hasClockPin(among: target.definition.pins)
        }
    }

    /// Bytes that are asked for, and that are written.
    private static let sample = 16
    private static let limit: Duration = .seconds(2)

    /// Has functions set up what Init did not, by calls that change nothing: Read, and where that is not enough, Write of
    /// erased bytes, which no cell of a NOR flash takes notice of.
    ///
    /// - Returns: whether the way to the flash is set up now.
    func wake() throws(LoaderError) -> Bool {
        // An algorithm of CMSIS' kind is told by Init what it is to prepare for.
        guard !abi.opensForOneUse else { return false }
        let buffer = layout.buffers[0].lowerBound
        let count = max(Self.sample, writeUnit)
        let erased = [UInt8](repeating: flash.erasedValue, count: count)
        for command in [
            FlashCommand.read(at: flash.startAddress, count: count, buffer: buffer),
            .program(at: flash.startAddress, count: count, buffer: buffer),
        ] {
            do { try target.core.memory.write(erased, at: buffer) } catch {
                throw .access(error, during: .transfer)
            }
            for call in calls(for: command) ?? [] {
                target.core.trace(
                    .step, "Init left the board as it was; another function may set it up",
                    ["function": call.function.rawValue])
                try attempt(call)
            }
            if try isSetUp() { return true }
        }
        return false
    }

    /// Whatever becomes of the call: what it has set up is looked at.
    private func attempt(_ wanted: LoaderCall) throws(LoaderError) {
        do throws(LoaderError) {
            _ = try call(wanted.function, wanted.arguments, CallWork(within: Self.limit))
        } catch {
            guard case .callFailed = error else { throw error }
            target.core.trace(.debug, "it did not come back as it should", ["code": error.code])
        }
    }

    private func isSetUp() throws(LoaderError) -> Bool {
        try asking { () throws(FlashControllerError) in
            guard try controller.isClocked(), try controller.state().control.enable else { return false }
            guard let board = options.board, !board.pins.isEmpty else {
                return try controller.hasClockPin(among: target.definition.pins)
            }
            let findings = try controller.compare(with: board)
            return !findings.contains { finding in
                switch finding {
                case .pinNotConnected(let pin, _, _): !pin.signal.isForFourLines
                case .portClockOff(_, let signals): signals.contains { !$0.isForFourLines }
                default: false
                }
            }
        }
    }
}
