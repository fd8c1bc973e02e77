// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import HardwareDescription

/// Typical times of a flash, to choose between ways and to estimate what is left; never a deadline.
///
/// A job begins with them and goes on with what it has measured (``EraseCosts``, ``WriteCosts``).
package struct FlashTimes: Hashable, Sendable {
    /// One size that an instruction of the chip erases.
    package struct Erase: Hashable, Sendable {
        /// Bytes.
        package var size: Int
        package var typical: Duration

        package init(size: Int, typical: Duration) { (self.size, self.typical) = (size, typical) }
    }

    /// Ascending by size; at least one.
    package private(set) var erases: [Erase]
    package private(set) var chipErase: Duration
    /// Bytes per page program.
    package private(set) var page: Int
    package private(set) var pageProgram: Duration

    /// Where `chipErase` is not known, it takes as long as the largest units one after the other.
    ///
    /// `erases` come in any order, those without a size or a time are left out; `size` is the whole flash's in bytes.
    package init(erases: [Erase], chipErase: Duration?, page: Int, pageProgram: Duration, size: Int) {
        let known = erases.filter { $0.size > 0 && $0.typical > .zero }.sorted { $0.size < $1.size }
        self.erases = known.isEmpty ? Self.common : known
        (self.page, self.pageProgram) = (max(1, page), pageProgram)
        self.chipErase = .zero
        self.chipErase = chipErase ?? erase(of: max(1, size))
    }

    package init(_ chip: FlashChipDefinition) {
        self.init(
            erases: chip.erases.map { Erase(size: Int($0.size), typical: $0.time.typical) },
            chipErase: chip.chipErase?.typical, page: Int(chip.page),
            pageProgram: chip.pageProgram?.typical ?? Self.commonPageProgram, size: Int(chip.size))
    }

    /// For a flash of which only the size is known.
    package init(ofUnknownFlash size: Int) {
        self.init(
            erases: Self.common, chipErase: nil, page: 256, pageProgram: Self.commonPageProgram, size: size)
    }

    /// Somewhere between the 45 and 150 ms of a W25Q128JV and the 50 to 60 and 200 to 250 ms of its kind; what is
    /// measured takes their place.
    private static let common = [
        Erase(size: 4 << 10, typical: .milliseconds(50)), Erase(size: 64 << 10, typical: .milliseconds(200)),
    ]
    private static let commonPageProgram = Duration.microseconds(500)

    /// In the largest units that are not larger; at least the smallest there is.
    func erase(of size: Int) -> Duration {
        guard let unit = erases.last(where: { $0.size <= size }) ?? erases.first else { return .zero }
        return unit.typical * max(1, (Double(size) / Double(unit.size)).rounded(.up))
    }
}
