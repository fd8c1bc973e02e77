// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The records of several files in address order, each byte from one of them.
package struct JoinedRecords: Sendable {
    private struct Item {
        var file: Int
        var record: ImageRecords.Record
    }
    private let files: [ImageRecords]
    private var items: [Item]

    /// Bytes that are given more than once count once, as long as all agree on them.
    ///
    /// - Throws: ``ImageError/overlap(first:second:addresses:)`` when two records give different bytes for an address.
    package init(_ files: [ImageRecords]) throws(ImageError) {
        var items: [Item] = []
        items.reserveCapacity(files.reduce(0) { $0 + $1.records.count })
        for (index, file) in files.enumerated() {
            for record in file.records { items.append(Item(file: index, record: record)) }
        }
        // Linkers and converters write in address order: most files need no sorting.
        if !Self.isSorted(items) {
            items.sort {
                ($0.record.address, $0.file, $0.record.place) < ($1.record.address, $1.file, $1.record.place)
            }
        }
        (self.files, self.items) = (files, items)
        if hasOverlaps { self.items = try disjointItems() }
    }

    /// All of it as an image.
    ///
    /// - Throws: ``ImageError/outOfRange(origin:addresses:allowed:)`` for a record that lies in none of `allowed`, unless
    ///   that is empty.
    package func image(in allowed: [Range<UInt64>] = []) throws(ImageError) -> FirmwareImage {
        if !allowed.isEmpty { try checkRanges(allowed) }
        return FirmwareImage(sorted: segments())
    }

    private static func isSorted(_ items: [Item]) -> Bool {
        for index in items.indices.dropFirst()
        where items[index].record.address < items[index - 1].record.address {
            return false
        }
        return true
    }

    private var hasOverlaps: Bool {
        zip(items, items.dropFirst()).contains { $0.record.end > UInt64($1.record.address) }
    }

    /// Each record without the bytes that one before it gives as well.
    private func disjointItems() throws(ImageError) -> [Item] {
        var taken: [Item] = []
        for item in items {
            var end = UInt64(item.record.address)
            for before in taken.reversed() {
                guard before.record.end > UInt64(item.record.address) else { break }
                try checkAgreement(before, item)
                end = max(end, before.record.end)
            }
            guard end < item.record.end else { continue }
            let known = UInt32(end - UInt64(item.record.address))
            var rest = item
            rest.record.address += known
            rest.record.offset += known
            rest.record.count -= known
            taken.append(rest)
        }
        return taken
    }

    private func checkAgreement(_ first: Item, _ second: Item) throws(ImageError) {
        let start = max(first.record.address, second.record.address)
        let end = min(first.record.end, second.record.end)
        guard UInt64(start) < end else { return }
        let count = Int(end - UInt64(start))
        guard bytes(of: first, from: start, count) != bytes(of: second, from: start, count) else { return }
        throw .overlap(
            first: origin(of: first), second: origin(of: second),
            addresses: start...UInt32(truncatingIfNeeded: end - 1))
    }

    private func bytes(of item: Item, from address: UInt32, _ count: Int) -> ArraySlice<UInt8> {
        let start = Int(item.record.offset) + Int(address - item.record.address)
        return files[item.file].bytes[start..<start + count]
    }

    private func checkRanges(_ allowed: [Range<UInt64>]) throws(ImageError) {
        for item in items {
            let range = UInt64(item.record.address)..<item.record.end
            let isInside = allowed.contains {
                $0.contains(range.lowerBound) && $0.upperBound >= range.upperBound
            }
            guard isInside else {
                throw .outOfRange(
                    origin: origin(of: item),
                    addresses: item.record.address...UInt32(truncatingIfNeeded: range.upperBound - 1),
                    allowed: allowed)
            }
        }
    }

    private func origin(of item: Item) -> String {
        files[item.file].origin(item.record.place...item.record.place)
    }

    /// Joins records of one file that follow each other without a gap.
    private func segments() -> [ImageSegment] {
        var segments: [ImageSegment] = []
        var start = 0
        while start < items.count {
            var end = start + 1
            while end < items.count, items[end].file == items[start].file,
                UInt64(items[end].record.address) == items[end - 1].record.end
            {
                end += 1
            }
            segments.append(Self.segment(items[start..<end], of: files[items[start].file]))
            start = end
        }
        return segments
    }

    private static func segment(_ items: ArraySlice<Item>, of file: ImageRecords) -> ImageSegment {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(items.reduce(0) { $0 + Int($1.record.count) })
        var (low, high) = (UInt32.max, UInt32.min)
        for item in items {
            let offset = Int(item.record.offset)
            bytes += file.bytes[offset..<offset + Int(item.record.count)]
            (low, high) = (min(low, item.record.place), max(high, item.record.place))
        }
        let address = items.first?.record.address ?? 0
        return ImageSegment(address: address, bytes: bytes, origin: file.origin(low...max(low, high)))
    }
}
