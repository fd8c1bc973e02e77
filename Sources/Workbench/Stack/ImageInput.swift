// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

/// Reads an image file as far as its format allows it to be an image.
enum ImageInput {
    /// A raw binary lies in the flash as it is; the largest window for one has 256 MiB.
    static let binaryLimit = 1 << 28
    /// Text formats take about three bytes for one, and an ELF file may carry hundreds of megabytes for debuggers.
    static let limit = 1 << 30
    /// Enough to tell a format by, also behind empty lines.
    private static let headSize = 4096

    /// Reads the file once, after a look at its beginning and its size.
    static func source(
        of request: ImageRequest, _ cancellation: Cancellation?
    ) throws(WorkbenchError) -> ImageSource {
        let file = try InputFile(request.path, cancellation: cancellation)
        let head = try file.read(upTo: headSize)
        var source = ImageSource(
            name: request.name, bytes: head, format: request.format, address: request.address)
        let format = try understanding { () throws(ImageError) in
            guard !head.isEmpty else { throw .noData(file: request.name) }
            return try source.resolvedFormat()
        }
        source.format = format
        let limit = format == .binary ? binaryLimit : limit
        if let size = file.size, size > limit {
            throw .imageTooLarge(file: request.name, format: format.title, size: size, limit: limit)
        }
        source.bytes += try file.read(upTo: limit + 1 - head.count)
        guard source.bytes.count <= limit else {
            throw .imageTooLarge(file: request.name, format: format.title, size: nil, limit: limit)
        }
        return source
    }
}
