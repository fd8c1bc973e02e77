// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One file as parsed: its data records in file order, before anything is sorted, checked or joined.
///
/// Of a raw binary the only record is at address 0 until it is ``placed(at:)``.
///
/// A record is 16 bytes here, so that a large text file with a record for every 16 data bytes stays cheap, and each
/// error can still name the line.
package struct ImageRecords: Sendable {
    struct Record: Hashable, Sendable {
        var address: UInt32
        /// Where its bytes start in ``ImageRecords/bytes``.
        var offset: UInt32
        var count: UInt32
        /// Line, block or label number, as ``ImageRecords/places`` says.
        var place: UInt32

        var end: UInt64 { UInt64(address) + UInt64(count) }
    }
    /// What a record's place means.
    enum Places: Hashable, Sendable {
        case whole
        case lines
        case blocks
        case labels([String])
    }

    package let fileName: String
    package internal(set) var format = ImageFormat.binary
    /// False for a raw binary that was given no address yet.
    package internal(set) var isPlaced = true
    /// The family a UF2 file's blocks were taken of; nil when they name none, and for other formats.
    package internal(set) var family: UInt32?
    var places: Places
    private(set) var bytes: [UInt8] = []
    private(set) var records: [Record] = []

    init(fileName: String, places: Places) { (self.fileName, self.places) = (fileName, places) }

    /// Adds a data record; one without bytes adds nothing.
    ///
    /// - Throws: when it leaves the 32-bit address space.
    mutating func append(
        _ data: some Collection<UInt8>, at address: UInt32, place: Int
    ) throws(ImageError) {
        guard !data.isEmpty else { return }
        let record = Record(
            address: address, offset: UInt32(truncatingIfNeeded: bytes.count),
            count: UInt32(truncatingIfNeeded: data.count), place: UInt32(clamping: place))
        guard UInt64(address) + UInt64(data.count) <= 1 << 32, bytes.count + data.count <= Int(UInt32.max)
        else {
            throw .beyondAddressSpace(
                origin: origin(record.place...record.place), address: address, count: data.count)
        }
        bytes.append(contentsOf: data)
        records.append(record)
    }

    package var byteCount: Int { bytes.count }

    /// How many of the bytes lie in `range`.
    package func byteCount(in range: Range<UInt64>) -> Int {
        records.reduce(0) { $0 + (UInt64($1.address)..<$1.end).clamped(to: range).count }
    }

    /// How many runs of consecutive addresses the file fills, of what touches `range`.
    package func runCount(in range: Range<UInt64>) -> Int {
        var count = 0
        var end: UInt64?
        let inside = records.filter { (UInt64($0.address)..<$0.end).overlaps(range) }
        for record in inside.sorted(by: { $0.address < $1.address }) {
            if UInt64(record.address) != end { count += 1 }
            end = record.end
        }
        return count
    }

    /// A raw binary that begins at `address`; any other file, or one that has its address, as it is.
    ///
    /// - Throws: when it leaves the 32-bit address space there.
    package func placed(at address: UInt32) throws(ImageError) -> ImageRecords {
        guard !isPlaced else { return self }
        var placed = self
        placed.isPlaced = true
        for index in records.indices {
            guard records[index].end + UInt64(address) <= 1 << 32 else {
                throw .beyondAddressSpace(origin: fileName, address: address, count: byteCount)
            }
            placed.records[index].address += address
        }
        return placed
    }

    /// `data.hex: line 14`, `data.hex: lines 14-20`.
    func origin(_ places: ClosedRange<UInt32>) -> String {
        let isOne = places.lowerBound == places.upperBound
        let numbers = isOne ? "\(places.lowerBound)" : "\(places.lowerBound)-\(places.upperBound)"
        switch self.places {
        case .whole: return fileName
        case .lines: return "\(fileName): \(isOne ? "line" : "lines") \(numbers)"
        case .blocks: return "\(fileName): \(isOne ? "block" : "blocks") \(numbers)"
        case .labels(let labels):
            let names = places.prefix(4).compactMap { index in
                labels.indices.contains(Int(index)) ? labels[Int(index)] : nil
            }
            return "\(fileName): \(names.joined(separator: ", "))\(places.count > 4 ? ", …" : "")"
        }
    }
}
