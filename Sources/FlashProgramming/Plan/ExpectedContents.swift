// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

/// What touched sectors must hold in the end: the image over what was kept, over erased cells.
struct ExpectedContents {
    let image: FirmwareImage
    let erasedValue: UInt8
    /// Whole sectors as they were found.
    private var kept = SortedMap<UInt32, ImageSegment>()

    init(image: FirmwareImage, erasedValue: UInt8) { (self.image, self.erasedValue) = (image, erasedValue) }

    mutating func keep(_ bytes: [UInt8], of sector: AddressRange) {
        kept.set(ImageSegment(address: sector.start, bytes: bytes, origin: "kept"), for: sector.start)
    }

    func bytes(in range: AddressRange) -> [UInt8] {
        var bytes = [UInt8](repeating: erasedValue, count: range.count)
        Self.overlay(kept.values, on: &bytes, at: range)
        Self.overlay(image.segments, on: &bytes, at: range)
        return bytes
    }

    /// What `current` becomes when only the image's bytes change.
    func image(over current: [UInt8], at range: AddressRange) -> [UInt8] {
        var bytes = current
        Self.overlay(image.segments, on: &bytes, at: range)
        return bytes
    }

    /// The segment that gives the byte at `address`.
    func owner(of address: Int) -> ImageSegment? {
        let index = Self.firstIndex(in: image.segments, endingAfter: address)
        guard index < image.segments.count, image.segments[index].address <= address else { return nil }
        return image.segments[index]
    }

    /// What was kept of a sector beside the image; nothing when nothing of it was to be kept.
    func keptBytes(beside covered: AddressRangeSet, in sector: AddressRange) -> [ImageSegment] {
        guard kept[sector.start] != nil else { return [] }
        var beside = AddressRangeSet([sector])
        for range in covered.ranges { beside.remove(range) }
        return beside.ranges.map { range in
            ImageSegment(address: range.start, bytes: bytes(in: range), origin: "kept beside the image")
        }
    }

    private static func overlay(_ segments: [ImageSegment], on bytes: inout [UInt8], at range: AddressRange) {
        let base = range.bounds.lowerBound
        var index = firstIndex(in: segments, endingAfter: base)
        while index < segments.count, segments[index].address < range.bounds.upperBound {
            let segment = segments[index]
            if let part = segment.range?.intersection(range)?.bounds {
                let source = part.lowerBound - Int(segment.address)
                bytes.replaceSubrange(
                    part.lowerBound - base..<part.upperBound - base,
                    with: segment.bytes[source..<source + part.count])
            }
            index += 1
        }
    }

    private static func firstIndex(in segments: [ImageSegment], endingAfter address: Int) -> Int {
        var (low, high) = (0, segments.count)
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].end > UInt64(address) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
