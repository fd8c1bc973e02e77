// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import NIOCore

/// What a connection to the station may take: nobody slow holds one for long.
package struct ConnectionLimits: Hashable, Sendable {
    /// From its opening to the end of the first request's head.
    package var firstHead = TimeAmount.seconds(20)
    /// From an answer to the end of the next request's head: longer than clients keep connections that do nothing.
    package var nextHead = TimeAmount.seconds(90)
    /// A body brings at least `bodyPace` bytes in so long.
    package var bodyPeriod = TimeAmount.seconds(20)
    package var bodyPace = 4096
    /// What may still come of a request that is answered already.
    package var leftOver = 4 << 20
    /// A client takes something of an answer at least so often.
    package var stall = TimeAmount.seconds(30)
    /// At one door at a time; others wait until one of them ends.
    package var connections = 1500
    /// Of a request's head, in bytes and in lines.
    package var headSize = 16 << 10
    package var headerCount = 100

    package init() {}

    /// Files that the station keeps for itself: its database, images, probes, hooks and listeners.
    private static let reserve = 256
    /// The socket and the address.
    private static let doors = 2

    /// Lowered to what a process may have open: without a file to spare the station could not go on.
    func within(files: Int) -> ConnectionLimits {
        var limits = self
        limits.connections = min(connections, max((files - Self.reserve) / Self.doors, files / 8, 1))
        return limits
    }
}
