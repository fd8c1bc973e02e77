// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import ObjectFiles

/// A sector that an image puts bytes into.
package struct TouchedSector: Hashable, Sendable {
    package let range: AddressRange
    /// What the image gives, in address order.
    package fileprivate(set) var covered: AddressRangeSet

    package var isFullyCovered: Bool { covered.contains(range) }
}

/// Which sectors an image touches; checks on the way that all of it lies inside the flash.
package struct ImageLayout: Hashable, Sendable {
    package let image: FirmwareImage
    /// In address order.
    package let sectors: [TouchedSector]

    package var imageBytes: Int { image.segments.reduce(0) { $0 + $1.bytes.count } }

    package init(_ image: FirmwareImage, on geometry: FlashGeometry) throws(FlashError) {
        var sectors: [TouchedSector] = []
        for (segment, range) in try image.checkedRanges(inside: geometry.readableRange, for: .program) {
            try geometry.requireSectors(at: range, origin: segment.origin)
            for sector in geometry.sectors(touching: range) {
                if sectors.last?.range != sector {
                    sectors.append(TouchedSector(range: sector, covered: AddressRangeSet()))
                }
                if let part = range.intersection(sector) { sectors[sectors.count - 1].covered.insert(part) }
            }
        }
        (self.image, self.sectors) = (image, sectors)
    }
}

extension FirmwareImage {
    /// The ranges of all segments that hold a byte, every one of them inside `limits`.
    func checkedRanges(
        inside limits: AddressRange, for operation: FlashOperation
    ) throws(FlashError) -> [(segment: ImageSegment, range: AddressRange)] {
        var ranges: [(segment: ImageSegment, range: AddressRange)] = []
        for segment in segments where !segment.bytes.isEmpty {
            guard let range = segment.range else {
                throw .beyondAddressSpace(
                    origin: segment.origin, address: segment.address, count: segment.bytes.count)
            }
            guard limits.contains(range) else {
                throw .beyondFlash(origin: segment.origin, range: range, flash: limits)
            }
            ranges.append((segment, range))
        }
        guard !ranges.isEmpty else { throw .nothingToDo(operation) }
        return ranges
    }
}

extension ImageSegment {
    /// Nothing for a segment without bytes or one that leaves the address space.
    var range: AddressRange? { AddressRange(Int(address)..<Int(address) + bytes.count) }
}
