// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import Foundation
import ObjectFiles

/// The image files of a job, read and understood before any probe is opened.
struct ImageFiles: Sendable {
    private let sources: [ImageSource]
    let summaries: [ImageSummary]

    /// Reads every file; a raw binary without an address waits for the flash to say where it starts.
    init(_ requests: [ImageRequest], for bench: BenchRequest) throws(WorkbenchError) {
        var sources: [ImageSource] = []
        for request in requests {
            sources.append(
                ImageSource(
                    name: request.path, bytes: try HostFile.read(request.path, limit: HostFile.imageLimit),
                    format: request.format.map(ImageFormat.init), address: request.address))
        }
        // Where the flash begins is known for sure only with the loader; the layout of the files does not depend on it.
        var placed: [ImageSource] = []
        for source in sources { placed.append(try Self.placed(source, start: 0x9000_0000)) }
        var summaries: [ImageSummary] = []
        for source in placed {
            let image = try doing("reading \(source.name)") { () throws(ImageError) in
                try FirmwareImage.merging([source])
            }
            summaries.append(try Self.summary(of: image, from: source))
        }
        _ = try doing("putting the images together") { () throws(ImageError) in
            try FirmwareImage.merging(placed)
        }
        (self.sources, self.summaries) = (sources, summaries)
    }

    /// Everything as one image inside `flash`.
    func image(flash: AddressRange) throws(WorkbenchError) -> FirmwareImage {
        var placed: [ImageSource] = []
        for source in sources { placed.append(try Self.placed(source, start: flash.start)) }
        var expectation = ImageExpectation()
        expectation.allowed = [UInt64(flash.start)..<UInt64(flash.start) + UInt64(flash.count)]
        return try doing("fitting the images into the flash") { () throws(ImageError) in
            try FirmwareImage.merging(placed, expecting: expectation)
        }
    }

    /// Gives a raw binary its address: its own, or the start of the flash.
    private static func placed(_ source: ImageSource, start: UInt32) throws(WorkbenchError) -> ImageSource {
        let format = try doing("reading \(source.name)") { () throws(ImageError) in
            try source.resolvedFormat()
        }
        var placed = source
        placed.format = format
        if format == .binary, placed.address == nil { placed.address = start }
        return placed
    }

    private static func summary(
        of image: FirmwareImage, from source: ImageSource
    ) throws(WorkbenchError) -> ImageSummary {
        let format = try doing("reading \(source.name)") { () throws(ImageError) in
            try source.resolvedFormat()
        }
        return ImageSummary(
            file: source.name, format: format.title, segments: image.segments.count,
            bytes: image.segments.reduce(0) { $0 + UInt64($1.bytes.count) })
    }
}

extension ImageFormat {
    init(_ name: ImageFormatName) {
        self =
            switch name {
            case .elf: .elf
            case .hex: .intelHex
            case .srec: .sRecord
            case .uf2: .uf2
            case .bin: .binary
            }
    }
}
