// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import HardwareDescription
import ObjectFiles

/// The image files of a job, read and understood before any probe is opened.
///
/// Each file is parsed once and kept as its records: where a raw binary without an address goes is known only with the
/// flash.
struct ImageFiles: Sendable {
    private let files: [ImageRecords]
    /// As they were read, in the order in which they were named.
    let sources: [ImageSource]
    /// All of them, when every one has its address.
    private let joined: JoinedRecords?
    private let request: ImageSetRequest

    /// Reads every file.
    ///
    /// `families` are the UF2 families of the targets that are possible; empty for any.
    init(
        _ request: ImageSetRequest, families: [UInt32], cancellation: Cancellation? = nil
    ) throws(WorkbenchError) {
        self.request = request
        var expectation = ImageExpectation()
        expectation.families = request.uf2Family.map { [$0] } ?? families
        var files: [ImageRecords] = []
        var sources: [ImageSource] = []
        try Self.checkDescriptorsAreReadOnce(request.images)
        for image in request.images {
            let source = try ImageInput.source(of: image, cancellation)
            sources.append(source)
            files.append(
                try understanding { () throws(ImageError) in
                    try source.records(expecting: expectation)
                })
        }
        if let address = request.binaryAddress { files = try Self.placing(files, at: address) }
        (self.files, self.sources) = (files, sources)
        joined = try Self.join(files)
    }

    /// What was read of a pipe is gone.
    private static func checkDescriptorsAreReadOnce(_ images: [ImageRequest]) throws(WorkbenchError) {
        var seen: Set<Int32> = []
        for image in images {
            guard let number = FileDescriptorPath.input(image.path) else { continue }
            guard seen.insert(number).inserted else { throw .givenTwice(image.name) }
        }
    }

    /// An address that places nothing is a misunderstanding: the files would be written elsewhere.
    private static func placing(
        _ files: [ImageRecords], at address: UInt32
    ) throws(WorkbenchError) -> [ImageRecords] {
        guard files.contains(where: { !$0.isPlaced }) else {
            throw .addressUnused(address, files: files.map { "\($0.fileName) (\($0.format.title))" })
        }
        return try understanding { () throws(ImageError) in
            var placed: [ImageRecords] = []
            for file in files { placed.append(try file.placed(at: address)) }
            return placed
        }
    }

    /// What overlaps whatever the flash's start turns out to be is found out now.
    private static func join(_ files: [ImageRecords]) throws(WorkbenchError) -> JoinedRecords? {
        try understanding { () throws(ImageError) in
            let placed = try JoinedRecords(files.filter(\.isPlaced))
            guard files.allSatisfy(\.isPlaced) else {
                _ = try JoinedRecords(files.filter { !$0.isPlaced })
                return nil
            }
            return placed
        }
    }

    /// Everything as one image inside `flash`.
    func image(flash: AddressRange) throws(WorkbenchError) -> FirmwareImage {
        let range = UInt64(flash.start)..<UInt64(flash.start) + UInt64(flash.count)
        let image = try understanding { () throws(ImageError) in
            var all = joined
            if all == nil {
                var placed: [ImageRecords] = []
                for file in files { placed.append(try file.placed(at: flash.start)) }
                all = try JoinedRecords(placed)
            }
            return try all?.image(in: request.skipsOutside ? [] : [range])
        }
        guard let image else { preconditionFailure("the files are joined, or were just now") }
        guard request.skipsOutside else { return image }
        let inside = image.clipped(to: range)
        guard inside.byteCount > 0 else {
            throw .nothingInFlash(files: files.map(\.fileName), flash: flash.description)
        }
        return inside
    }

    /// A UF2 file's family is held against the target once it is known which one it is.
    func check(isFor target: TargetDefinition) throws(WorkbenchError) {
        guard request.uf2Family == nil, !target.uf2Families.isEmpty else { return }
        for file in files {
            guard let family = file.family, !target.uf2Families.contains(family) else { continue }
            throw .imageInvalid(
                ImageError.wrongFamily(
                    file: file.fileName, found: [family], expected: target.uf2Families))
        }
    }

    /// What was taken of each file.
    func summaries(flash: AddressRange) -> [ImageSummary] {
        let range = UInt64(flash.start)..<UInt64(flash.start) + UInt64(flash.count)
        return files.map { file in
            // A raw binary that waited for its address begins where the flash does.
            let taken = file.isPlaced ? file.byteCount(in: range) : min(file.byteCount, flash.count)
            return ImageSummary(
                file: file.fileName, format: file.format.rawValue,
                segments: file.isPlaced ? file.runCount(in: range) : 1, bytes: UInt64(taken),
                bytesOutside: UInt64(file.byteCount - taken))
        }
    }
}

/// The errors of image files say themselves which file they are about.
func understanding<Result>(
    _ body: () throws(ImageError) -> Result
) throws(WorkbenchError) -> Result {
    do { return try body() } catch { throw .imageInvalid(error) }
}
