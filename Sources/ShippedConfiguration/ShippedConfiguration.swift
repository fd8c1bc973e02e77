// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The files of the package's `Config/`, built into the executable: descriptions of targets, boards and flash chips.
///
/// Names and bytes only. What a file says is for its readers: the driver and the simulator each have one of their own.
package enum ShippedConfiguration {
    /// `boards/stm32h745xi-w25q128.yaml`, `flash/…`, `targets/…`, sorted.
    package static var names: [String] { EmbeddedFiles.names }

    /// The bytes of the file called `name`; nil when no such file is shipped.
    package static func bytes(of name: String) -> [UInt8]? { EmbeddedFiles.bytes(of: name) }
}
