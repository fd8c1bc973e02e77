// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription

/// How long each call may take, from the flash's own maxima and the range asked for.
///
/// Generous on purpose: a deadline that fires on a slow but healthy chip destroys good work, and one that fires late on a
/// dead one costs seconds.
package struct LoaderTiming: Hashable, Sendable {
    /// For the largest page.
    package var pageProgram: Duration
    package var page: UInt32
    /// For the largest of the loader's sectors up to each size, ascending.
    package var erases: [Erase]
    package var chipErase: Duration

    package struct Erase: Hashable, Sendable {
        /// Bytes.
        package var size: UInt32
        package var maximum: Duration
    }

    /// Clocks, pins, time-outs of a HAL while an oscillator starts.
    private static let setUp: Duration = .seconds(5)
    /// A byte at 1 MHz on one line: slower than any loader runs its flash.
    private static let transferPerByte: Duration = .microseconds(8)
    /// On top of every maximum, which holds at the end of the chip's life and in heat.
    private static let margin = 1.5

    /// From the fitted chip's maxima where it is known, and never less than what the file says itself.
    init(_ flash: FlashStatement, chip: FlashChipDefinition?) {
        self = chip.map { LoaderTiming($0) } ?? LoaderTiming(flash)
        let unit = max(1, Double(flash.pageSize) / Double(page))
        if let limit = flash.programLimit { pageProgram = max(pageProgram, limit / unit) }
        if let limit = flash.eraseLimit {
            for index in erases.indices { erases[index].maximum = max(erases[index].maximum, limit) }
        }
    }

    /// From the chip's own maxima; what its file does not say is taken as for a chip that is not known.
    package init(_ chip: FlashChipDefinition) {
        self.init(unknownChipOf: chip.size)
        if let time = chip.pageProgram { (pageProgram, page) = (time.maximum, max(1, chip.page)) }
        if !chip.erases.isEmpty {
            erases = chip.erases.map { Erase(size: $0.size, maximum: $0.time.maximum) }
        }
        if let time = chip.chipErase { chipErase = time.maximum }
    }

    /// For a chip of which only the loader's description is known: the slowest of the common ones, scaled by size.
    package init(_ storage: FlashStatement) { self.init(unknownChipOf: storage.size) }

    private init(unknownChipOf size: UInt32) {
        pageProgram = .milliseconds(5)
        page = 256
        erases = [
            Erase(size: 4 << 10, maximum: .milliseconds(600)),
            Erase(size: 64 << 10, maximum: .seconds(3)),
            Erase(size: 256 << 10, maximum: .seconds(5)),
        ]
        // 200 s for 16 MiB is the slowest known.
        chipErase = .seconds(200) * max(1, Double(size) / Double(16 << 20))
    }

    /// Longest erase of one unit of `size` bytes.
    func eraseMaximum(of size: UInt32) -> Duration {
        if let unit = erases.first(where: { $0.size >= size }) { return unit.maximum }
        guard let largest = erases.last, largest.size > 0 else { return chipErase }
        return largest.maximum * (Double(size) / Double(largest.size))
    }

    /// Includes the longest operation that may have to end first.
    func initialize(_ storage: FlashStatement) -> Duration {
        (Self.setUp + eraseMaximum(of: max(storage.largestSector, 64 << 10))) * Self.margin
    }

    func program(_ count: Int) -> Duration {
        let pages = Double(count) / Double(page) + 2
        // Twice over the wire: a careful loader reads back.
        return (Self.setUp + pageProgram * pages + Self.transferPerByte * (2 * count)) * Self.margin
    }

    /// `sectors` are the sizes of what is erased.
    func erase(_ sectors: [(size: UInt32, count: Int)]) -> Duration {
        var total = Self.setUp
        for (size, count) in sectors {
            total += (eraseMaximum(of: size) + Self.transferPerByte * Int(size)) * count
        }
        return total * Self.margin
    }

    func massErase(_ storage: FlashStatement) -> Duration {
        (Self.setUp + chipErase + Self.transferPerByte * Int(storage.size)) * Self.margin
    }

    func read(_ count: Int) -> Duration { (Self.setUp + Self.transferPerByte * (2 * count)) * Self.margin }
}
