// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

extension FlashInspector {
    /// Says what the answers mean, and whether they contradict what is to be done.
    func judge(
        _ inspection: inout FlashInspection, from state: QuadSPIState,
        after commands: [RegisterValue<QuadSPICommunication>]
    ) {
        let setUp = inspection.findings
        for chip in inspection.chips {
            describe(chip, into: &inspection)
            if inspection.isAtDoubleRate {
                inspection.findings.append(.usesDoubleRateProtocol(bank: chip.bank))
                // The files say little of that protocol.
                continue
            }
            for command in [state.communication] + commands {
                for finding in judgeCommand(command, of: chip) where !inspection.findings.contains(finding) {
                    inspection.findings.append(finding)
                }
            }
        }
        compareChips(in: &inspection)
        inspection.findings.append(
            .setUp(banks: state.banks, divider: Int(state.control.prescaler) + 1, isMapped: state.isMapped))
        inspection.findings.sort { $0.rank < $1.rank }
        inspection.contradiction = contradiction(among: setUp, in: inspection, from: state)
    }

    /// Two flashes that are one memory have to be of one kind.
    func compareChips(in inspection: inout FlashInspection) {
        guard inspection.chips.count == 2, inspection.chips[0].id != inspection.chips[1].id else { return }
        inspection.findings.append(.differentChips(inspection.chips[0].id, inspection.chips[1].id))
    }

    func describe(_ chip: FlashInspection.Chip, into inspection: inout FlashInspection) {
        let bank = chip.bank
        let titles = chip.candidates.map(\.title)
        if let expected = expected(bank), !chip.candidates.contains(where: { $0.name == expected.name }),
            !chip.candidates.contains(where: { expected.variants.contains($0.name) })
        {
            inspection.findings.append(
                .otherChip(bank: bank, id: chip.id, chips: titles, expected: expected.title))
        } else {
            inspection.findings.append(.identified(bank: bank, id: chip.id, chips: titles))
        }
        guard let status = chip.status, let text = status.text else { return }
        if !status.protection.isEmpty {
            inspection.findings.append(
                .writeProtected(bank: bank, text, clearing: status.clearing))
        }
        if !status.failures.isEmpty { inspection.findings.append(.reportsFailure(bank: bank, text)) }
        if status.isBusy == true { inspection.findings.append(.busy(bank: bank)) }
        if status.isQuadEnabled == false { inspection.findings.append(.quadDisabled(bank: bank)) }
        inspection.findings.append(.status(bank: bank, text))
    }

    /// Empty unless the board's flash cannot be reached, or not all of it.
    ///
    /// Nothing that may be no more than another way of doing it: a loader may set itself up in each of its functions, use two
    /// lines only, or put the flash into a mode in which it does not answer to single-line commands.
    private func contradiction(
        among findings: [FlashFinding], in inspection: FlashInspection, from state: QuadSPIState
    ) -> [FlashFinding] {
        let isPartlySilent = inspection.chips.count < inspection.banks.count
        return findings.contains { finding in
            switch finding {
            case .drivesOneBank: true
            case .wrongBank, .drivesBothBanks, .answersOnBank: isPartlySilent
            case .portClockOff(_, let signals):
                isPartlySilent
                    || state.isMapped && state.usesFourLines && signals.contains(where: \.isForFourLines)
            case .pinNotConnected(let pin, _, _):
                isPartlySilent || state.isMapped && state.usesFourLines && pin.signal.isForFourLines
            case .silent: inspection.banks.count == 2 && !inspection.chips.isEmpty
            default: false
            }
        } ? findings.filter(\.isTelling).sorted { $0.rank < $1.rank } : []
    }
}
