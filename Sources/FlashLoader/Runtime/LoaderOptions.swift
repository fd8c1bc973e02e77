// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import FlashController
package import HardwareDescription

/// What may be known beside the loader file itself.
package struct LoaderOptions: Sendable {
    package var layout: LoaderLayout.Style
    /// The board's pins and banks, to compare with what the loader sets up.
    package var board: BoardDefinition?
    /// The chips of the board's file, and all that are known.
    package var chips: ChipCatalog
    /// No call may take longer, whatever the flash's own times allow; nil for no such limit.
    package var longestCall: Duration?

    package init(
        layout: LoaderLayout.Style = .spacious, board: BoardDefinition? = nil,
        chips: ChipCatalog = ChipCatalog()
    ) {
        (self.layout, self.board, self.chips) = (layout, board, chips)
    }

    /// The chip that the board's file names for its first bank; two that work as one memory as one of twice the size.
    var boardChip: FlashChipDefinition? {
        guard let name = board?.banks.first?.flash, let chip = chips.named(name) else { return nil }
        return board?.mode == .dual ? chip.paired : chip
    }
}
