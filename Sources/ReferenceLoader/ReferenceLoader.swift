// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Where the project's own loader is found after a build or an installation.
///
/// `Firmware/` holds its source. The build puts it as a resource beside the executable, in a directory whose name the
/// package manager makes; an installation keeps that directory.
package enum ReferenceLoader {
    /// For an STM32H745XI with a W25Q128 on QUADSPI bank 2 (PB2, PC11, PH2, PH3, PG9, PG14).
    package static let fileName = "w25q128-stm32h745xi-bk2.stldr"

    /// Relative to the directory of the executable.
    package static let resourceDirectory = "extflash_ReferenceLoader.resources"
}
