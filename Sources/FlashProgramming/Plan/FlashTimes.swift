// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Typical times, to choose between ways and to estimate what is left; never a deadline.
package struct FlashTimes: Hashable, Sendable {
    package var eraseOf4KiB: Duration
    package var eraseOf64KiB: Duration
    package var massEraseOfMiB: Duration
    package var programOf256Bytes: Duration
    /// Bytes per second over the link.
    package var linkRate: Double

    package init(
        eraseOf4KiB: Duration, eraseOf64KiB: Duration, massEraseOfMiB: Duration, programOf256Bytes: Duration,
        linkRate: Double
    ) {
        (self.eraseOf4KiB, self.eraseOf64KiB) = (eraseOf4KiB, eraseOf64KiB)
        (self.massEraseOfMiB, self.programOf256Bytes) = (massEraseOfMiB, programOf256Bytes)
        self.linkRate = linkRate
    }

    /// W25Q128JV data sheet, AC characteristics (45 ms, 150 ms, 40 s for 16 MiB, 0.4 ms), and a middling probe.
    package static let serialNOR = FlashTimes(
        eraseOf4KiB: .milliseconds(45), eraseOf64KiB: .milliseconds(150), massEraseOfMiB: .milliseconds(2500),
        programOf256Bytes: .microseconds(400), linkRate: 400_000)

    func erase(sectorOf size: Int) -> Duration {
        let small = 4096, large = 65536
        if size <= small { return eraseOf4KiB }
        if size >= large { return eraseOf64KiB * (Double(size) / Double(large)) }
        return eraseOf4KiB + (eraseOf64KiB - eraseOf4KiB) * (Double(size - small) / Double(large - small))
    }
    func massErase(of bytes: Int) -> Duration { massEraseOfMiB * (Double(bytes) / Double(1 << 20)) }
    func transfer(of bytes: Int) -> Duration { .seconds(Double(bytes) / max(1, linkRate)) }
    func program(_ bytes: Int) -> Duration { programOf256Bytes * (Double(bytes) / 256) + transfer(of: bytes) }
}
