// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription

/// What one look at board, controller and flash found.
package struct FlashInspection: Sendable {
    /// A flash that answers.
    package struct Chip: Sendable {
        package var bank: Int
        /// Manufacturer, type and capacity.
        package var id: [UInt8]
        /// What followed them.
        package var more: [UInt8]
        /// The known parts that it may be.
        package var candidates: [FlashChipDefinition]
        package var status: ChipStatus?
        package var parameters: DiscoverableParameters?
        /// The factory's number, where its file says how to read it.
        package var unique: [UInt8]?
    }

    /// What matters most first.
    package internal(set) var findings: [FlashFinding] = []
    /// By bank; a bank that is selected and silent is not among them.
    package internal(set) var chips: [Chip] = []
    /// The banks that commands went to: those that the loader selected, or the board's.
    package internal(set) var banks: [Int] = []
    package internal(set) var isMapped = false
    /// The flashes take addresses and data on both edges of the clock, and were asked that way.
    var isAtDoubleRate = false
    /// Whether flash and controller are as they were before the look.
    package internal(set) var isAsFound = true
    /// Why nothing may be written: the loader cannot reach the board's flash, or would not reach all of it.
    package internal(set) var contradiction: [FlashFinding] = []

    /// The part that the first answering flash is: the expected one where it may be that, else as it is known.
    ///
    /// As it describes itself where no file knows it, or several that are not alike do.
    package func fittedChip(expecting expected: FlashChipDefinition?) -> FlashChipDefinition? {
        guard let chip = chips.first else { return nil }
        if let known = chip.known(expecting: expected) { return known }
        guard let parameters = chip.parameters else { return nil }
        return FlashChipDefinition(parameters, identification: chip.id)
    }

    /// Nothing answered where the loader looks for it.
    package var isSilent: Bool { !banks.isEmpty && chips.isEmpty }
}

extension FlashInspection {
    /// What was found on another bank, or on two that are one memory.
    mutating func add(_ other: FlashInspection) {
        banks += other.banks
        chips += other.chips
        findings += other.findings
    }
}
