// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import HardwareDescription

/// Looks at the flash through the controller as a loader has set it up, and leaves everything as it was.
package struct FlashInspector {
    /// How closely, each with all before it.
    package enum Depth: Int, Comparable, Sendable {
        /// Whether a flash answers.
        case identity
        /// Whether clocks and pins are as the board needs them; the discoverable parameters of a chip that is not known, or
        /// that may be one of several.
        case board
        /// The registers of a chip that is known.
        case status
        /// The discoverable parameters of any chip.
        case everything

        package static func < (left: Depth, right: Depth) -> Bool { left.rawValue < right.rawValue }
    }

    let controller: QuadSPIController
    let board: BoardDefinition?
    let catalog: ChipCatalog
    var inspector: ChipInspector { ChipInspector(controller) }

    package init(
        _ controller: QuadSPIController, board: BoardDefinition?, catalog: ChipCatalog
    ) {
        (self.controller, self.board, self.catalog) = (controller, board, catalog)
    }

    /// Looks, and puts controller, clocks and pins back as they were.
    ///
    /// Mapped mode is ended and begun again. A flash that was left reading continuously has to be told to listen, and one that
    /// does not answer is woken; then ``FlashInspection/isAsFound`` is false, and whoever set the flash up must do so again.
    ///
    /// `commands` are what functions of the loader left in QUADSPI_CCR; they are judged with the one that stands there now.
    package func inspect(
        _ depth: Depth, after commands: [RegisterValue<QuadSPICommunication>] = []
    ) throws(FlashControllerError) -> FlashInspection {
        var inspection = FlashInspection()
        if depth > .identity, try !controller.isClocked() {
            inspection.findings = try board.map(controller.compare) ?? [.controllerClockOff]
            return inspection
        }
        // Without a clock these read as zeros: not enabled.
        let state = try controller.state()
        if depth > .identity, let board { inspection.findings = try controller.compare(state, with: board) }
        guard state.control.enable else {
            if board == nil { inspection.findings = [.controllerDisabled] }
            return inspection
        }
        (inspection.banks, inspection.isMapped) = (state.banks, state.isMapped)
        do { try look(depth, from: state, into: &inspection) } catch {
            throw .after(error) { () throws(FlashControllerError) in try controller.restore(state) }
        }
        try controller.restore(state)
        judge(&inspection, from: state, after: commands)
        return inspection
    }

    private func look(
        _ depth: Depth, from state: QuadSPIState, into inspection: inout FlashInspection
    ) throws(FlashControllerError) {
        try controller.release()
        if state.mayReadContinuously {
            _ = try controller.execute(.endContinuousReading)
            inspection.isAsFound = state.communication.instructionLines != 0
        }
        try identify(state, into: &inspection)
        if try isInDoubleRateProtocol(state, inspection) {
            return try controller.atDoubleRate(true, from: state) { () throws(FlashControllerError) in
                (inspection.chips, inspection.isAtDoubleRate) = ([], true)
                try identify(state, into: &inspection)
                try lookCloser(depth, from: state, into: &inspection)
            }
        }
        try lookCloser(depth, from: state, into: &inspection)
    }

    private func lookCloser(
        _ depth: Depth, from state: QuadSPIState, into inspection: inout FlashInspection
    ) throws(FlashControllerError) {
        if depth > .identity, inspection.chips.count < state.banks.count {
            try search(from: state, into: &inspection)
        }
        guard depth > .identity, !inspection.chips.isEmpty else { return }
        if depth == .everything
            || inspection.chips.contains(where: { $0.known(expecting: expected($0.bank)) == nil })
        {
            try readParameters(into: &inspection)
        }
        if depth >= .status { try readStatus(depth, into: &inspection) }
    }

    /// What answers is no part that is known, but on both edges of the clock it is: the loader had the flash change its protocol.
    ///
    /// Asked where the board's file does not rule it out.
    private func isInDoubleRateProtocol(
        _ state: QuadSPIState, _ inspection: FlashInspection
    ) throws(FlashControllerError) -> Bool {
        let chips = inspection.chips
        guard !chips.isEmpty, chips.count == state.banks.count,
            chips.allSatisfy({ chip in
                chip.candidates.isEmpty && expected(chip.bank)?.doubleRateProtocol.map { _ in true } ?? true
            })
        else { return false }
        let answers = try controller.atDoubleRate(true, from: state, inspector.identifications)
        let parts = answers.map(catalog.parts)
        if parts.allSatisfy({ $0.contains { $0.doubleRateProtocol != nil } }) { return true }
        try controller.select(state.banks, from: state)
        return false
    }

    private func identify(
        _ state: QuadSPIState, into inspection: inout FlashInspection
    ) throws(FlashControllerError) {
        for (bank, answer) in zip(state.banks, try inspector.identifications()) {
            let id = Array(answer.prefix(3))
            guard !id.isSilence else {
                // Its silence is the loader's doing then, and says nothing.
                let isInQPI = state.communication.instructionLines == 3
                inspection.findings.append(
                    isInQPI ? .usesFourLineProtocol(bank: bank) : .silent(bank: bank, id: id))
                continue
            }
            inspection.chips.append(
                FlashInspection.Chip(
                    bank: bank, id: id, more: Array(answer.dropFirst(3)),
                    candidates: catalog.parts(answering: answer)))
        }
    }

    // MARK: Depth

    func readParameters(into inspection: inout FlashInspection) throws(FlashControllerError) {
        let areas = try inspector.parameters(DiscoverableParameters.usualSize)
        for index in inspection.chips.indices {
            guard let position = inspection.banks.firstIndex(of: inspection.chips[index].bank),
                position < areas.count
            else { continue }
            inspection.chips[index].parameters = DiscoverableParameters(areas[position])
        }
    }

    func readStatus(
        _ depth: Depth, into inspection: inout FlashInspection
    ) throws(FlashControllerError) {
        // One command goes to both flashes: only where both are known to be the same part.
        guard let chip = inspection.chips[0].known(expecting: expected(inspection.chips[0].bank)),
            inspection.chips.allSatisfy({ $0.id == inspection.chips[0].id })
        else { return }
        let statuses = try inspector.registers(of: chip)
        let numbers = depth == .everything ? try inspector.uniqueIDs(of: chip) : nil
        for index in inspection.chips.indices {
            guard let position = inspection.banks.firstIndex(of: inspection.chips[index].bank),
                position < statuses.count
            else { continue }
            inspection.chips[index].status = statuses[position]
            inspection.chips[index].unique = numbers.map { $0[position] }
        }
    }

    /// The part that the board's file names for a bank.
    func expected(_ bank: Int) -> FlashChipDefinition? {
        board?.bank(bank)?.flash.flatMap(catalog.named)
    }
}

extension FlashInspection.Chip {
    /// The part whose registers it has: the expected one where it may be that, else the one that it may be.
    ///
    /// Nil where it may be several that are not read alike.
    func known(expecting expected: FlashChipDefinition?) -> FlashChipDefinition? {
        if let expected, candidates.contains(where: { $0.name == expected.name }) { return expected }
        guard let first = candidates.first else { return nil }
        let isAlike = candidates.allSatisfy {
            ($0.registers, $0.busy, $0.protection, $0.quadEnable?.condition)
                == (first.registers, first.busy, first.protection, first.quadEnable?.condition)
        }
        return isAlike ? first : nil
    }
}

extension [UInt8] {
    /// All ones or all zeros: nobody drives the line.
    package var isSilence: Bool { Set(self).count < 2 && [nil, 0x00, 0xFF].contains(first) }
}
