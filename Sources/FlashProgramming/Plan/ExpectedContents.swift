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

    /// The file and segment that give the byte at `address`; nothing for a byte beside the image.
    func origin(of address: Int) -> String? { owner(of: address)?.origin }

    /// What the image gives of `range`, in address order.
    func imageRanges(in range: AddressRange) -> [AddressRange] {
        var ranges: [AddressRange] = []
        var index = Self.firstIndex(in: image.segments, endingAfter: range.bounds.lowerBound)
        while index < image.segments.count, image.segments[index].address <= range.last {
            if let part = image.segments[index].range?.intersection(range) { ranges.append(part) }
            index += 1
        }
        return ranges
    }

    /// What a whole sector was found to hold; nothing when that is not kept.
    func held(in sector: AddressRange) -> [UInt8]? { kept[sector.start]?.bytes }

    /// What is kept of `range` beside the image, without stretches that are blank and cannot be lost.
    func keptBytes(in range: AddressRange) -> [ImageSegment] {
        var index = Self.firstIndex(in: kept.values, endingAfter: range.bounds.lowerBound)
        var pieces: [ImageSegment] = []
        while index < kept.values.count, let part = kept.values[index].range?.intersection(range) {
            var beside = AddressRangeSet([part])
            for covered in imageRanges(in: part) { beside.remove(covered) }
            pieces += beside.ranges.map { piece in
                ImageSegment(address: piece.start, bytes: bytes(in: piece), origin: "kept beside the image")
            }
            index += 1
        }
        return pieces.filter { !$0.bytes.holdsOnly(erasedValue, in: 0..<$0.bytes.count) }
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
