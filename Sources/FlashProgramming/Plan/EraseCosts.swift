// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// In which units a flash is erased through this device, and what each costs: typical times until one was measured.
///
/// A loader is asked for ranges of the sectors it declares. Whether it erases sixteen sectors of 4 KiB one by one or as
/// the block of 64 KiB that they are cannot be asked, only measured: until then larger units are taken for granted, and a
/// loader that does without them shows by taking as long as for the sectors alone.
struct EraseCosts: Hashable, Sendable {
    private struct Unit: Hashable, Sendable {
        let size: Int
        let typical: Duration
        var spent = Duration.zero
        var measured = 0

        var time: Duration { measured > 0 ? spent / measured : typical }
    }

    let geometry: FlashGeometry
    private let typicalChipErase: Duration
    /// Ascending; each a multiple of the one before it.
    private var units: [Unit] = []

    init(_ geometry: FlashGeometry, _ times: FlashTimes) {
        (self.geometry, typicalChipErase) = (geometry, times.chipErase)
        let declared = Set(geometry.runs.map(\.size))
        let smallest = declared.min() ?? 1
        let larger = times.erases.map(\.size).filter { $0 > smallest && $0 <= geometry.range.count }
        for size in declared.union(larger).sorted() where units.last.map({ size % $0.size == 0 }) ?? true {
            units.append(Unit(size: size, typical: times.erase(of: size)))
        }
    }

    // MARK: Units

    /// `range`, which must be whole sectors, in the largest aligned units.
    func units(in range: AddressRange, below limit: Int = .max) -> [AddressRange] {
        var pieces: [AddressRange] = []
        var address = range.bounds.lowerBound
        while address < range.bounds.upperBound, let sector = geometry.sector(containing: address) {
            let unit =
                units.reversed().lazy.filter { $0.size < limit && $0.size > sector.count }
                .compactMap { self.unit(of: $0.size, at: address) }.first { range.contains($0) }
            pieces.append(unit ?? sector)
            address = (unit ?? sector).bounds.upperBound
        }
        return pieces
    }

    /// The largest unit that holds the sector.
    func block(around sector: AddressRange) -> AddressRange {
        let offset = sector.bounds.lowerBound - geometry.range.bounds.lowerBound
        for unit in units.reversed() where unit.size > sector.count {
            let start = sector.bounds.lowerBound - offset % unit.size
            if let block = self.unit(of: unit.size, at: start), block.contains(sector) { return block }
        }
        return sector
    }

    /// The largest units that hold any byte of `range`.
    func blocks(of range: AddressRange) -> [AddressRange] {
        var blocks: [AddressRange] = []
        var address = range.bounds.lowerBound
        while address < range.bounds.upperBound, let sector = geometry.sector(containing: address) {
            let block = block(around: sector)
            blocks.append(block)
            address = block.bounds.upperBound
        }
        return blocks
    }

    /// Units are aligned to the start of the flash, and erased whole sectors or nothing.
    private func unit(of size: Int, at address: Int) -> AddressRange? {
        guard (address - geometry.range.bounds.lowerBound) % size == 0,
            let unit = AddressRange(address..<address + size), geometry.range.contains(unit),
            geometry.sector(containing: address)?.bounds.lowerBound == address,
            geometry.sector(containing: address + size - 1)?.bounds.upperBound == address + size
        else { return nil }
        return unit
    }

    // MARK: Costs

    /// One unit as ``units(in:below:)`` gives them.
    func time(ofUnit size: Int) -> Duration {
        units.last { $0.size <= size }.map { $0.time * (Double(size) / Double($0.size)) } ?? .zero
    }
    func time(of range: AddressRange) -> Duration {
        units(in: range).reduce(.zero) { $0 + time(ofUnit: $1.count) }
    }
    func time(of ranges: AddressRangeSet) -> Duration {
        ranges.ranges.reduce(.zero) { $0 + time(of: $1) }
    }
    /// What the sectors of `range` cost one by one.
    func timeBySectors(of range: AddressRange) -> Duration {
        geometry.sectors(touching: range).reduce(.zero) { $0 + time(ofUnit: $1.count) }
    }

    /// The chip as a whole, by as much slower than typical as its units were.
    var chipErase: Duration { typicalChipErase * max(1, slowness) }

    /// How the largest unit that was measured compares with its typical time.
    ///
    /// One that took as long as its sectors one by one, or longer, is taken for that: a loader without larger units is
    /// likelier than a chip that has become exactly so slow.
    private var slowness: Double {
        guard let unit = units.last(where: { $0.measured > 0 }), let smallest = units.first,
            unit.typical > .zero
        else { return 1 }
        let bySectors = smallest.typical.seconds * Double(unit.size / smallest.size)
        let time = unit.time.seconds
        return time >= bySectors ? time / bySectors : time / unit.typical.seconds
    }

    /// Whether this device erases such a unit for certain: it is one of its sectors, or was seen.
    func isCertain(_ size: Int) -> Bool {
        geometry.runs.contains { $0.size == size } || units.contains { $0.size == size && $0.measured > 0 }
    }

    /// Learns from an erase of `range`, if it was one of equal units.
    mutating func learn(_ range: AddressRange, took time: Duration) {
        let pieces = units(in: range)
        guard let size = pieces.first?.count, pieces.allSatisfy({ $0.count == size }),
            let index = units.firstIndex(where: { $0.size == size })
        else { return }
        units[index].spent += time
        units[index].measured += pieces.count
    }
}
