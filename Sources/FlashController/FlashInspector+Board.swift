// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import HardwareDescription

extension FlashInspector {
    /// Looks at the flash of `board` with clocks, pins and controller set up by its file, as far as that tells them.
    ///
    /// For boards without a loader. Clocks, pins and controller are as before afterwards, and a flash that slept sleeps again;
    /// ``FlashInspection/isAsFound`` is false where the flash was left reading continuously in a way that nobody but who set it up
    /// can bring back.
    package func inspect(setUpBy board: BoardDefinition) throws(FlashControllerError) -> FlashInspection {
        try controller.borrowing { (state) throws(FlashControllerError) in
            var all = FlashInspection()
            try controller.release()
            all.isAsFound = !state.mayReadContinuously || state.communication.instructionLines != 0
            for banks in board.mode == .dual ? [[1, 2]] : board.banks.map({ [$0.number] }) {
                try controller.connect(board, to: banks)
                all.add(try look(at: banks, afterQPI: state.communication.instructionLines == 3))
            }
            conclude(&all, on: board)
            return all
        }
    }

    /// Says what the answers of all banks mean.
    func conclude(_ inspection: inout FlashInspection, on board: BoardDefinition) {
        for chip in inspection.chips { describe(chip, into: &inspection) }
        if board.mode == .dual { compareChips(in: &inspection) }
        inspection.findings.sort { $0.rank < $1.rank }
    }

    /// Looks on the banks that the controller is set to: at one flash, or at two that are one memory.
    ///
    /// `awake` may ask more, before a flash that slept is sent to sleep again.
    func look(
        at banks: [Int], afterQPI wasQPI: Bool,
        awake: (FlashInspection) throws(FlashControllerError) -> Void = { _ in }
    ) throws(FlashControllerError) -> FlashInspection {
        var found = FlashInspection()
        found.banks = banks
        let sleeping = try wakeIfSilent(banks)
        for (bank, answer) in zip(banks, try inspector.identifications()) {
            let id = Array(answer.prefix(3))
            if id.isSilence {
                found.findings.append(
                    wasQPI ? .usesFourLineProtocol(bank: bank) : .silent(bank: bank, id: id))
            } else {
                found.chips.append(
                    FlashInspection.Chip(
                        bank: bank, id: id, more: Array(answer.dropFirst(3)),
                        candidates: catalog.parts(answering: answer)))
            }
        }
        if !found.chips.isEmpty {
            try readParameters(into: &found)
            try readStatus(.everything, into: &found)
        } else if !wasQPI {
            _ = try findBusy(banks, into: &found)
        }
        try awake(found)
        if let sleeping, !found.chips.isEmpty, let sleep = sleeping.instruction(.powerDown) {
            _ = try controller.execute(SerialCommand(sleep.opcode))
        }
        return found
    }

    /// Ends continuous reading and power-down where that is why a flash does not answer.
    ///
    /// - Returns: the chip that was woken, so that it can be sent to sleep again.
    private func wakeIfSilent(_ banks: [Int]) throws(FlashControllerError) -> FlashChipDefinition? {
        guard try isAnySilent() else { return nil }
        _ = try controller.execute(.endContinuousReading)
        guard try isAnySilent() else { return nil }
        let chips = Set(banks.compactMap(expected))
        for chip in chips { try inspector.wake(chip) }
        // One of two chips that slept alone is not known of; both would be sent to sleep.
        guard chips.count == 1, banks.count == 1 else { return nil }
        return chips.first
    }

    private func isAnySilent() throws(FlashControllerError) -> Bool {
        try inspector.identifications().contains { Array($0.prefix(3)).isSilence }
    }
}
