// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import Essentials
package import FlashController
import HardwareDescription
import TargetControl

extension LoadedLoader {
    enum LookEffect: Hashable, Sendable {
        /// Flash and controller are as Init left them.
        case none
        /// Only Init brings them back.
        case disturbed
    }

    var inspector: FlashInspector {
        FlashInspector(controller, board: options.board, catalog: options.chips)
    }

    /// Looks with the debugger's own eyes whether what Init set up reaches the board's flash.
    ///
    /// Closely after the first Init; after later ones only whether the flash still answers.
    func lookAfterInit() throws(LoaderError) -> LookEffect {
        if looksInVain { return .none }
        var found: FlashInspection
        do { found = try lookOnce() } catch {
            guard case .stuck(let status, _) = error else { throw .controller(error) }
            // A transfer of the loader's own making that an abort does not end: Init can work with it all the same.
            target.core.trace(.warning, "the flash could not be looked at", ["status": status.hex])
            looksInVain = true
            return .disturbed
        }
        if inspection == nil, try isUntouched(found), try wake() {
            found = try asking { () throws(FlashControllerError) in try lookOnce() }
        }
        if inspection == nil { note(found) }
        guard found.contradiction.isEmpty else {
            forget()
            throw .unsuitable(
                file: fileName, findings: found.contradiction.map(LoaderFinding.flash))
        }
        if found.isSilent {
            looksInVain = true
            target.core.trace(
                .warning, "the flash does not answer the debugger; what Init set up is not checked",
                ["findings": found.findings.map(\.text).joined(separator: "; ")])
        }
        return found.isAsFound ? .none : .disturbed
    }

    private func lookOnce() throws(FlashControllerError) -> FlashInspection {
        guard inspection != nil else { return try inspector.inspect(.status) }
        let found = try inspector.inspect(.identity)
        return found.isSilent ? try inspector.inspect(.board) : found
    }

    /// Takes what the first look found for what is fitted.
    private func note(_ found: FlashInspection) {
        inspection = found
        for finding in found.findings where finding.isTelling {
            target.core.trace(.warning, finding.text)
        }
        guard
            let fitted = found.fittedChip(
                expecting: options.board?.banks.first?.flash.flatMap(options.chips.named))
        else { return }
        chip = found.banks.count == 2 ? fitted.paired : fitted
    }

    /// What the flash's status bits were seen to keep from being changed, after Init had run for the first time.
    ///
    /// Nil where nothing is known to be so; locks of single blocks show when they refuse something.
    package var protection: WriteProtection? {
        guard let chips = inspection?.chips else { return nil }
        // Of two chips as one memory, whose bytes alternate, one that is protected is enough.
        let scale = UInt64(chips.count == 2 ? 2 : 1)
        for chip in chips {
            guard let status = chip.status, let range = status.protectedRange, let text = status.text else {
                continue
            }
            let start = UInt64(flash.startAddress)
            return WriteProtection(
                addresses: start + UInt64(range.lowerBound) * scale..<start + UInt64(range.upperBound)
                    * scale,
                bank: chip.bank, status: text, clearing: status.clearing)
        }
        return nil
    }

    /// What flash, controller and board say of themselves, whatever the loader thinks of them.
    ///
    /// A flash that the loader has put into QPI mode does not answer; nothing follows from its silence alone.
    package func inspect() throws(LoaderError) -> FlashInspection {
        if !mode.isKnown { try initialize() }
        let found = try asking { () throws(FlashControllerError) in try inspector.inspect(.everything) }
        if !found.isAsFound { forget() }
        return found
    }

    /// Keeps what the first call that said it succeeded left in the controller, for a look after a proof that failed.
    func noteLastCommand(of function: LoaderFunction) throws(LoaderError) {
        guard lastCommands[function] == nil else { return }
        hasProvenReach = false
        lastCommands[function] = try asking { () throws(FlashControllerError) in
            try controller.state().communication
        }
    }

    /// Holds what Read gave beyond the reach of the addresses it sends against what the flash holds there.
    ///
    /// Such addresses repeat the first 16 MiB, where everything that is written can be read again. The next use needs Init.
    func proveReach(of bytes: [UInt8], at address: UInt32) throws(LoaderError) {
        guard !hasProvenReach else { return }
        let state = try asking { () throws(FlashControllerError) in try controller.state() }
        let offset = address &- flash.startAddress
        guard state.communication.addressLines > 0, state.communication.addressSize < 3,
            UInt64(offset) + UInt64(bytes.count) > state.addressReach
        else { return }
        hasProvenReach = true
        defer { forget() }
        let first = max(UInt64(offset), state.addressReach) - UInt64(offset)
        let sample = bytes.dropFirst(Int(first)).prefix(Self.reachSample)
        let place = offset &+ UInt32(truncatingIfNeeded: first)
        guard try readByDebugger(sample.count, at: place) != Array(sample) else { return }
        throw .unsuitable(
            file: fileName,
            findings: [
                .flash(
                    .shortAddress(
                        bank: state.banks[0], state.communication.instruction,
                        size: UInt32(clamping: flash.end - UInt64(flash.startAddress))))
            ])
    }
    /// Bytes that are enough to tell two places of a flash apart.
    private static let reachSample = 256

    func asking<Result>(
        _ body: () throws(FlashControllerError) -> Result
    ) throws(LoaderError) -> Result {
        do { return try body() } catch { throw .controller(error) }
    }

    /// Reads by offset in the flash through the controller's registers: any range, slowly.
    func readByDebugger(_ count: Int, at offset: UInt32) throws(LoaderError) -> [UInt8] {
        try asking { () throws(FlashControllerError) in
            let chips = ChipInspector(controller)
            let chip = self.chip
            guard try controller.banks.count == 2 else {
                return try chips.read(count, at: offset, of: chip)[0]
            }
            // Even bytes are bank 1's.
            let first = offset & ~1
            let lead = Int(offset - first)
            let halves = try chips.read((lead + count + 1) / 2, at: first / 2, of: chip)
            return Array(zip(halves[0], halves[1]).flatMap { [$0, $1] }.dropFirst(lead).prefix(count))
        }
    }
}
