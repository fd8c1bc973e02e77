// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import HardwareDescription
import TargetControl

extension DoctorVisit {
    /// Board, identity, status, lines and data: what one examination of the flash tells of them.
    func lookAtFlash(_ target: HeldTarget) throws(WorkbenchError) {
        try begin(.board)
        let controller = QuadSPIController(
            memory: target.memory, timebase: stack.time, target: target.definition)
        let inspector = FlashInspector(controller, board: board.definition, catalog: chips)
        let found = try doing("examining the board") { () throws(FlashControllerError) in
            try inspector.examine(board.definition)
        }
        if !found.inspection.isAsFound { target.disturb() }
        try judgeBoard(found)
        if !found.inspection.banks.isEmpty {
            tell { $0.flash = FlashFacts(found.inspection, on: board.definition, chips: chips) }
        }
        try judgeIdentity(found)
        try judgeStatus(found)
        try judgeLines(found)
        try judgeData(found)
    }

    private func judgeBoard(_ found: BoardExamination) throws(WorkbenchError) {
        let certain = found.traces.filter(\.isCertain)
        guard certain.isEmpty else { throw wrong(.traces(certain)) }
        guard found.refused.isEmpty else { throw wrong(.setUpRefused(found.refused)) }
        // An application that does not use the flash has set up nothing, and that is no fault.
        let differing =
            found.asFound.contains(.controllerClockOff)
            ? ["as found: nothing had set the QUADSPI up"] : found.asFound.map { "as found: \($0.text)" }
        let pins = board.definition.pins.map(TraceFinding.name).joined(separator: ", ")
        let isOther = found.asFound.contains(where: \.isAboutBank)
        end(
            .board, isOther || !found.traces.isEmpty ? .noted : .good,
            ["set up as the board file says: \(pins)"] + differing + found.traces.map(\.text),
            try: isOther
                ? [
                    "the application drives the flash otherwise than the board file says: one of them is wrong"
                ] : [])
    }

    private func judgeIdentity(_ found: BoardExamination) throws(WorkbenchError) {
        try begin(.identity)
        let findings = found.inspection.findings
        var seen: [String] = []
        for finding in findings {
            switch finding {
            case .silent: throw wrong(.flashSilent(findings.filter(\.isSilence), found.traces))
            case .otherChip, .differentChips: throw wrong(.otherFlash(finding))
            case .identified: seen.append(finding.text)
            default: break
            }
        }
        for bank in [1, 2] where board.definition.bank(bank) == nil {
            seen.append("bank \(bank): the board file names no pins, so it is not asked")
        }
        guard !found.inspection.chips.isEmpty else {
            return end(
                .identity, .unjudged, ["a flash that works answers with nothing but its status"] + seen)
        }
        end(.identity, .good, seen)
    }

    private func judgeStatus(_ found: BoardExamination) throws(WorkbenchError) {
        try begin(.status)
        let inspection = found.inspection
        var seen: [String] = [], notes: [String] = [], remedies: [String] = []
        for chip in inspection.chips {
            guard let parameters = chip.parameters.map(FlashParameters.init) else {
                notes.append("the flash on bank \(chip.bank) has no SFDP")
                continue
            }
            seen.append(
                "SFDP revision \(parameters.revision) on bank \(chip.bank): \(Format.bytes(parameters.bytes))"
            )
        }
        for finding in inspection.findings {
            switch finding {
            case .busy: throw wrong(.flashWorks(finding))
            case .writeProtected: throw wrong(.flashProtected(finding))
            case .reportsFailure: throw wrong(.flashFailed(finding))
            case .status: seen.append(finding.text)
            case .quadDisabled:
                notes.append(finding.text)
                remedies.append("whoever uses four lines has to set it; extflash's loaders do")
            default: break
            }
        }
        for difference in FlashDisagreements(inspection).list where !(seen + notes).contains(difference.text)
        {
            notes.append(difference.text)
            remedies += difference.remedy.map { [$0] } ?? []
        }
        let unread = inspection.chips.filter { $0.status == nil }.map(\.bank)
        guard unread.isEmpty else {
            let why = unread.map { "no file says how the state of the flash on bank \($0) is read" }
            return end(.status, .unjudged, seen + notes + why, try: remedies)
        }
        end(.status, seen, notes: notes, try: remedies)
    }

    private func judgeLines(_ found: BoardExamination) throws(WorkbenchError) {
        try begin(.lines)
        var seen: [String] = [], untried: [String] = []
        for bank in found.inspection.banks {
            for proof in found.lines[bank] ?? [.impossible("the flash does not answer")] {
                switch proof {
                case .proven(let lines, let bytes):
                    seen.append(
                        "bank \(bank): \(bytes) bytes alike on \(lines) lines and on one, pulled up and down")
                case .impossible(let why): untried.append("bank \(bank): \(why)")
                case .faulty(let pins):
                    throw wrong(.lines(bank: bank, pins: pins.map(TraceFinding.name)))
                }
            }
        }
        end(.lines, untried.isEmpty ? .good : .unjudged, seen + untried)
    }

    private func judgeData(_ found: BoardExamination) throws(WorkbenchError) {
        try begin(.read)
        var seen: [String] = []
        for bank in found.inspection.banks {
            for sample in found.samples[bank] ?? [] {
                let differing = zip(sample.first, sample.second).count { $0 != $1 }
                guard differing == 0 else {
                    throw wrong(
                        .unsteady(
                            bank: bank, offset: sample.offset, differing: differing, of: sample.first.count))
                }
                let isBlank = sample.first.allSatisfy { $0 == 0xFF }
                let text =
                    isBlank ? "erased" : Format.octets(Array(sample.first.prefix(8)), separator: " ") + " …"
                seen.append("bank \(bank), \(sample.first.count) bytes from \(sample.offset.hex): \(text)")
            }
        }
        end(.read, seen.isEmpty ? .unjudged : .good, seen)
    }
}

extension FlashFinding {
    /// Nothing answers, or why that may be.
    fileprivate var isSilence: Bool { if case .silent = self { true } else { false } }

    /// The application and the board's file have the flash in different places.
    fileprivate var isAboutBank: Bool {
        switch self {
        case .wrongBank, .drivesBothBanks, .drivesOneBank: true
        default: false
        }
    }
}
