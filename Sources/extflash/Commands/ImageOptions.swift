// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import ObjectFiles
import Workbench

/// The image files of `program` and `verify`.
struct ImageOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Image files: ELF, Intel HEX, S-record, UF2 or raw binary; FILE@ADDRESS places a binary.",
            valueName: "image"),
        completion: .file())
    var images: [String]

    @Option(
        help: "Address of raw binaries that have no @ADDRESS of their own (default: the start of the flash).")
    var address: String?

    @Option(help: "Read the files as elf, hex, srec, uf2 or bin instead of looking at their contents.")
    var format: ImageFormat?

    @Flag(help: "Take only what lies in the flash, of an ELF file that is for the internal flash as well.")
    var skipOutside = false

    func requests() throws -> [ImageRequest] {
        guard !images.isEmpty else { throw ValidationError("name at least one image file") }
        let common = try address.map { try Self.address($0, option: "--address") }
        return images.map { argument in
            if let at = argument.lastIndex(of: "@"),
                let own = UInt32(addressText: argument[argument.index(after: at)...])
            {
                return ImageRequest(path: String(argument[..<at]), address: own, format: format)
            }
            return ImageRequest(path: argument, binaryAddress: common, format: format)
        }
    }

    static func address(_ text: String, option: String) throws -> UInt32 {
        guard let value = UInt32(addressText: text[...]) else {
            throw ValidationError("\(option) \(text): expected an address such as 0x90000000")
        }
        return value
    }
}

extension ImageFormat: ExpressibleByArgument {}

extension UInt32 {
    /// `0x90000000`, `0x9000_0000` or decimal.
    init?(addressText text: Substring) {
        let digits = text.replacing("_", with: "")
        if digits.lowercased().hasPrefix("0x") {
            self.init(digits.dropFirst(2), radix: 16)
        } else {
            self.init(digits, radix: 10)
        }
    }
}
