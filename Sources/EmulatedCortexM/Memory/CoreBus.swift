// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Width of one bus access, in bytes.
package enum BusWidth: UInt32, Sendable { case byte = 1, halfword = 2, word = 4 }

/// What the bus answered.
package struct BusReply: Sendable {
    /// Read data, right-aligned; 0 for writes.
    package var value: UInt32
    /// False: the access ended in a bus error.
    package var isOkay: Bool
    /// Core clocks the access took beyond the first.
    package var waitStates: UInt32

    @inline(__always) package init(value: UInt32 = 0, isOkay: Bool = true, waitStates: UInt32 = 0) {
        (self.value, self.isOkay, self.waitStates) = (value, isOkay, waitStates)
    }
    @inline(__always) package static var error: BusReply { BusReply(isOkay: false) }
}

/// Everything outside the core: called for each access no memory window answers, the private peripheral bus excepted.
package protocol CoreBus: AnyObject {
    func read(_ address: UInt32, _ width: BusWidth) -> BusReply
    func write(_ address: UInt32, _ width: BusWidth, _ value: UInt32) -> BusReply
    /// An instruction fetch outside every window: the halfword at `address` (memory-mapped flash, say).
    func fetch(_ address: UInt32) -> BusReply
}
