// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription
import ObjectFiles
package import ProductionJobs

/// An image file as it goes to a station.
package struct StationImageFile: Sendable {
    /// What a recipe says of it.
    package let image: Recipe.Image
    package let bytes: [UInt8]
    package let summary: ImageSummary
}

extension WorkbenchClient {
    /// Reads image files and looks at them as a job here would, but touches no probe.
    ///
    /// A raw binary without an address goes where the flash begins in the target's memory.
    package func imagesForStation(
        _ request: ImageSetRequest
    ) async throws(WorkbenchError) -> [StationImageFile] {
        try await onBench { context throws(WorkbenchError) in
            let flash = try context.mappedFlash()
            let files = try context.read(request)
            _ = try files.image(flash: flash)
            return zip(files.sources, files.summaries(flash: flash)).map { source, summary in
                let address = source.address ?? request.binaryAddress ?? flash.start
                return StationImageFile(
                    image: Recipe.Image(
                        sha256: ContentHash(of: source.bytes), name: AdHocRecipe.fileName(source.name),
                        address: source.format == .binary ? address : nil),
                    bytes: source.bytes, summary: summary)
            }
        }
    }
}

extension JobContext {
    /// Where targets of this job have their external flash.
    fileprivate func mappedFlash() throws(WorkbenchError) -> AddressRange {
        var request = request
        if request.target == nil, request.board != nil {
            request.target = try LoaderCatalog(request).board()?.definition.target
        }
        guard let range = try TargetCatalog(request).candidates().first?.mappedFlash,
            let flash = AddressRange(Int(range.lowerBound)..<Int(range.upperBound))
        else { preconditionFailure("a target is built in, and its flash is in its memory") }
        return flash
    }
}
