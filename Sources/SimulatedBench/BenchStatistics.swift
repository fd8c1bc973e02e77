// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a bench has done since it was switched on.
package struct BenchStatistics: Hashable, Sendable {
    /// Transfers that moved, control transfers included.
    package var usbTransfers = 0
    package var usbBytesOut = 0
    package var usbBytesIn = 0
    package var usbTimeouts = 0
    /// Virtual time the host spent waiting for USB transfers.
    package var linkTime: Duration = .zero
    package var swdTransfers = 0
    package var swdWaits = 0
    package var swdFaults = 0
    /// Requests nobody acknowledged.
    package var swdUnanswered = 0
    /// SWCLK cycles.
    package var swdClocks = 0
}
