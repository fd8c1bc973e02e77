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
            "Image files: ELF, Intel HEX, S-record, UF2 or raw binary; FILE@ADDRESS places a binary, - is standard input.",
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

    @Option(
        help: ArgumentHelp(
            "Take the blocks of this family from UF2 files, e.g. 0x6db66082 (default: the target's).",
            valueName: "id"))
    var uf2Family: String?

    func request() throws(WorkbenchError) -> ImageSetRequest {
        var files: [ImageRequest] = []
        for argument in images { files.append(try ImageRequest.parsing(argument, format: format)) }
        var request = ImageSetRequest(files, skipsOutside: skipOutside)
        if let address {
            request.binaryAddress = try ImageRequest.number(
                address, option: "--address", meaning: "an address")
        }
        if let uf2Family {
            request.uf2Family = try ImageRequest.number(
                uf2Family, option: "--uf2-family", meaning: "a UF2 family")
        }
        return request
    }
}

extension ImageFormat: ExpressibleByArgument {}
