// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The QUADSPI's FIFO: 32 bytes between the bus and the wire.
struct TransferFIFO {
    static let capacity = 32
    private var bytes = InlineArray<32, UInt8>(repeating: 0)
    private var first = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count == Self.capacity }
    /// Bytes that still fit in.
    var room: Int { Self.capacity &- count }
    mutating func clear() { (first, count) = (0, 0) }
    @inline(__always) mutating func push(_ byte: UInt8) {
        bytes[(first &+ count) & 31] = byte
        count &+= 1
    }
    @inline(__always) mutating func pop() -> UInt8 {
        guard count > 0 else { return 0 }
        let byte = bytes[first]
        first = (first &+ 1) & 31
        count &-= 1
        return byte
    }
}
