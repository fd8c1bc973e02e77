// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FirmwareImage {
    /// Reads all files and puts what they say into one image.
    ///
    /// Every byte may be given once only, even when two files agree on its value: two files for one place is a mistake in
    /// the build, and today's identical bytes differ tomorrow. Gaps stay gaps.
    package static func merging(
        _ sources: [ImageSource], expecting expectation: ImageExpectation = ImageExpectation()
    ) throws(ImageError) -> FirmwareImage {
        var files: [ImageRecords] = []
        for source in sources {
            let file = try source.records(expecting: expectation)
            guard !file.records.isEmpty else { throw .noData(file: source.name) }
            files.append(file)
        }
        return try joining(files, allowed: expectation.allowed)
    }

    private struct Item {
        var file: Int
        var record: ImageRecords.Record
    }

    static func joining(_ files: [ImageRecords], allowed: [Range<UInt64>]) throws(ImageError) -> FirmwareImage
    {
        var items: [Item] = []
        items.reserveCapacity(files.reduce(0) { $0 + $1.records.count })
        for (index, file) in files.enumerated() {
            for record in file.records { items.append(Item(file: index, record: record)) }
        }
        // Linkers and converters write in address order: most files need no sorting.
        if !isSorted(items) {
            items.sort {
                ($0.record.address, $0.file, $0.record.place) < ($1.record.address, $1.file, $1.record.place)
            }
        }
        try check(items, of: files, allowed: allowed)
        return FirmwareImage(sorted: segments(items, of: files))
    }

    private static func isSorted(_ items: [Item]) -> Bool {
        for index in items.indices.dropFirst()
        where items[index].record.address < items[index - 1].record.address {
            return false
        }
        return true
    }

    /// `items` are in address order, so whatever overlaps anything overlaps the one that reaches farthest so far.
    private static func check(
        _ items: [Item], of files: [ImageRecords], allowed: [Range<UInt64>]
    ) throws(ImageError) {
        var farthest: Item?
        for item in items {
            let record = item.record
            let range = UInt64(record.address)..<record.end
            if let before = farthest, before.record.end > range.lowerBound {
                let last = min(before.record.end, range.upperBound) - 1
                throw .overlap(
                    first: origin(of: before, in: files), second: origin(of: item, in: files),
                    addresses: record.address...UInt32(truncatingIfNeeded: last))
            }
            if !allowed.isEmpty,
                !allowed.contains(where: {
                    $0.contains(range.lowerBound) && $0.upperBound >= range.upperBound
                })
            {
                throw .outOfRange(
                    origin: origin(of: item, in: files),
                    addresses: record.address...UInt32(truncatingIfNeeded: range.upperBound - 1),
                    allowed: allowed)
            }
            if record.end > (farthest?.record.end ?? 0) { farthest = item }
        }
    }

    private static func origin(of item: Item, in files: [ImageRecords]) -> String {
        files[item.file].origin(item.record.place...item.record.place)
    }

    /// Joins records of one file that follow each other without a gap.
    private static func segments(_ items: [Item], of files: [ImageRecords]) -> [ImageSegment] {
        var segments: [ImageSegment] = []
        var start = 0
        while start < items.count {
            var end = start + 1
            while end < items.count, items[end].file == items[start].file,
                UInt64(items[end].record.address) == items[end - 1].record.end
            {
                end += 1
            }
            segments.append(segment(items[start..<end], of: files[items[start].file]))
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

extension ImageSource {
    func records(expecting expectation: ImageExpectation) throws(ImageError) -> ImageRecords {
        guard !bytes.isEmpty else { throw .noData(file: name) }
        let format = try resolvedFormat()
        if let address, format.carriesAddresses {
            throw .addressNotAllowed(file: name, format: format, address: address)
        }
        switch format {
        case .elf: return try ELFImageReader.records(of: self, expecting: expectation)
        case .intelHex: return try IntelHexReader.records(of: self)
        case .sRecord: return try SRecordReader.records(of: self)
        case .uf2: return try UF2Reader.records(of: self, expecting: expectation)
        case .binary:
            guard let address else { throw .addressMissing(file: name) }
            var records = ImageRecords(fileName: name, places: .whole)
            try records.append(bytes, at: address, place: 0)
            return records
        }
    }
}
