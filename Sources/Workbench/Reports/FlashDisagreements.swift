// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import FlashLoader
import HardwareDescription

/// Holds what board file, loader, chip file and flash say against each other.
struct FlashDisagreements {
    private(set) var list: [FlashFacts.Disagreement] = []

    init(_ found: FlashInspection, of loader: LoadedLoader, on board: BoardDefinition?) {
        for finding in found.findings where finding.isTelling { add(finding.text, finding.remedy) }
        compare(loader.flash, with: loader.chip, loader: loader.fileName)
        if let start = board?.mapped, start != loader.flash.startAddress {
            add(
                "\(loader.fileName) maps the flash at \(loader.flash.startAddress.hex), the board file says \(start.hex)",
                "correct `mapped` in the board file, or use a loader for this board")
        }
        compareParameters(of: found)
    }

    /// What a board's file says against the flash, without a loader.
    init(_ found: FlashInspection) {
        for finding in found.findings where finding.isTelling {
            // To be set by a loader that needs it.
            if case .quadDisabled = finding { continue }
            add(finding.text, finding.remedyWithoutLoader)
        }
        compareParameters(of: found)
        if !found.isAsFound {
            add(
                "the application reads the flash without sending instructions, which ended when it was asked",
                "none needed: the target is reset and starts anew")
        }
    }

    private mutating func compareParameters(of found: FlashInspection) {
        for chip in found.chips where chip.candidates.count == 1 {
            guard let parameters = chip.parameters else { continue }
            compare(parameters, with: chip.candidates[0], bank: chip.bank)
        }
    }

    private mutating func add(_ text: String, _ remedy: String?) {
        list.append(FlashFacts.Disagreement(text: text, remedy: remedy))
    }

    private mutating func compare(_ storage: FlashStatement, with chip: FlashChipDefinition?, loader: String)
    {
        if storage.describedSize != UInt64(storage.size) {
            add(
                "\(loader) says that the flash has \(Format.bytes(UInt64(storage.size))), but its sector table describes \(Format.bytes(storage.describedSize))",
                "have the loader's \(storage.record.rawValue) corrected by whoever made it")
        }
        guard let chip else { return }
        if chip.size != storage.size {
            add(
                "\(loader) says that the flash has \(Format.bytes(UInt64(storage.size))), \(chip.title) has \(Format.bytes(UInt64(chip.size)))",
                "use a loader for the flash that is fitted")
        }
        let units = chip.erases.map(\.size)
        for group in storage.sectorGroups
        where !units.isEmpty && !units.contains(where: group.size.isMultiple) {
            add(
                "\(loader) says that sectors have \(Format.bytes(UInt64(group.size))), \(chip.title) erases \(units.map { Format.bytes(UInt64($0)) }.joined(separator: ", "))",
                "use a loader for the flash that is fitted")
        }
    }

    private mutating func compare(
        _ parameters: DiscoverableParameters, with chip: FlashChipDefinition, bank: Int
    ) {
        let remedy = "correct the chip's file, or name the chip that is fitted in the board file"
        func says(_ own: String, _ file: String) -> String {
            "the flash on bank \(bank) says of itself (SFDP) that \(own); the file of \(chip.name) says \(file)"
        }
        if parameters.size != UInt64(chip.size) {
            add(says("it has \(Format.bytes(parameters.size))", Format.bytes(UInt64(chip.size))), remedy)
        }
        if let page = parameters.page, page != chip.page {
            add(says("its pages have \(page) bytes", "\(chip.page)"), remedy)
        }
        for erase in parameters.erases {
            guard
                let known = chip.instructions.first(where: {
                    $0.opcode == erase.instruction && $0.does == .erase && $0.stretch == nil
                }), let unit = known.unit, UInt64(unit) != erase.size
            else { continue }
            add(
                says(
                    "\(erase.instruction.hex) erases \(Format.bytes(erase.size))",
                    Format.bytes(UInt64(unit))), remedy)
        }
        if let own = parameters.quadEnableRequirement, let file = chip.quadEnable?.requirement, own != file {
            add(says("quad enable is set by method \(own) of JESD216", "\(file)"), remedy)
        }
    }
}
