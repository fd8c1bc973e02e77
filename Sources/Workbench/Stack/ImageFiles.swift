// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import ObjectFiles

/// The image files of a job, read and understood before any probe is opened.
struct ImageFiles: Sendable {
    private let sources: [(source: ImageSource, binaryAddress: UInt32?)]
    let summaries: [ImageSummary]
    private let skipsOutside: Bool

    /// Reads every file; a raw binary without an address waits for the flash to say where it starts.
    ///
    /// With `skipsOutside` only what lies in the flash is taken, such as of a program that is in internal flash as well.
    init(
        _ requests: [ImageRequest], skipsOutside: Bool, for bench: BenchRequest
    ) throws(WorkbenchError) {
        var sources: [(source: ImageSource, binaryAddress: UInt32?)] = []
        for request in requests {
            let source = ImageSource(
                name: request.path, bytes: try HostFile.read(request.path, limit: 1 << 30),
                format: request.format, address: request.address)
            sources.append((source, request.binaryAddress))
        }
        // Where the flash begins is known for sure only with the loader; the layout of the files does not depend on it.
        var placed: [ImageSource] = []
        for (source, address) in sources {
            placed.append(try Self.placed(source, at: address ?? 0x9000_0000))
        }
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
        (self.sources, self.summaries, self.skipsOutside) = (sources, summaries, skipsOutside)
    }

    /// Everything as one image inside `flash`.
    func image(flash: AddressRange) throws(WorkbenchError) -> FirmwareImage {
        var placed: [ImageSource] = []
        for (source, address) in sources {
            placed.append(try Self.placed(source, at: address ?? flash.start))
        }
        let range = UInt64(flash.start)..<UInt64(flash.start) + UInt64(flash.count)
        var expectation = ImageExpectation()
        if !skipsOutside { expectation.allowed = [range] }
        let image = try doing("fitting the images into the flash") { () throws(ImageError) in
            try FirmwareImage.merging(placed, expecting: expectation)
        }
        return skipsOutside ? image.clipped(to: range) : image
    }

    /// Gives a raw binary its address: its own, or `start`.
    private static func placed(_ source: ImageSource, at start: UInt32) throws(WorkbenchError) -> ImageSource
    {
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
            file: source.name, format: format.rawValue, segments: image.segments.count,
            bytes: image.segments.reduce(0) { $0 + UInt64($1.bytes.count) })
    }
}
