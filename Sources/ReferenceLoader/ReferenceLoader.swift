// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The project's own loaders, as ELF files in ST's external loader format, built into the executable.
///
/// `Firmware/` holds their source; the build compiles it for the target and embeds the result.
package enum ReferenceLoader {
    /// For an STM32H745XI with a W25Q128 on QUADSPI bank 2 (PB2, PC11, PH2, PH3, PG9, PG14).
    package static let fileName = "w25q128-stm32h745xi-bk2.stldr"

    /// Names of the loader files, sorted.
    package static var names: [String] { EmbeddedFiles.names }

    /// The bytes of the loader file called `name`; nil when no such loader is shipped.
    package static func bytes(of name: String) -> [UInt8]? { EmbeddedFiles.bytes(of: name) }
}
