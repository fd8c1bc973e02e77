// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription

/// What may be known beside the loader file itself.
package struct LoaderOptions: Sendable {
    package var layout: LoaderLayout.Style
    /// The board's pins and bank, to compare with when the flash does not answer.
    package var board: BoardDefinition?
    /// The chip's own times and identity; without it the slowest common chip is assumed.
    package var chip: FlashChipDefinition?

    package init(
        layout: LoaderLayout.Style = .spacious, board: BoardDefinition? = nil,
        chip: FlashChipDefinition? = nil
    ) {
        (self.layout, self.board, self.chip) = (layout, board, chip)
    }
}
