// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Instructions

// The entry points of an ST external loader: 1 is success, 0 is failure.

@inline(__always) private func result(_ succeeded: Bool) -> Int32 { succeeded ? 1 : 0 }

/// Clocks, pins, controller, flash; leaves the flash mapped.
@c(Init) public func initialize() -> Int32 { result(Board(board_table()).setUp()) }

/// Programs any number of bytes at any address; what is there afterwards is what was given, or the result is 0.
@c(Write) public func write(_ address: UInt32, _ size: UInt32, _ buffer: UnsafePointer<UInt8>) -> Int32 {
    guard size > 0 else { return 1 }
    let board = Board(board_table())
    guard let target = board.offset(of: address, size), board.beginCommands() else { return 0 }
    return result(unsafe board.program(target, buffer, size) && board.map())
}

/// Erases every sector from the one that holds `first` to the one that holds `last`.
@c(SectorErase) public func sectorErase(_ first: UInt32, _ last: UInt32) -> Int32 {
    let board = Board(board_table())
    guard let start = board.offset(of: first, 1), let end = board.offset(of: last, 1), start <= end,
        board.beginCommands()
    else { return 0 }
    let mask = board.sector &- 1
    let target = start & ~mask
    return result(board.erase(target, (end | mask) &+ 1 &- target) && board.map())
}

@c(MassErase) public func massErase(_ parallelism: UInt32) -> Int32 {
    let board = Board(board_table())
    return result(board.beginCommands() && board.eraseAll() && board.map())
}

/// Reads any range without the memory map, the flash's last bytes included.
@c(Read) public func read(_ address: UInt32, _ size: UInt32, _ buffer: UnsafeMutablePointer<UInt8>) -> Int32 {
    guard size > 0 else { return 1 }
    let board = Board(board_table())
    guard let source = board.offset(of: address, size), board.beginCommands() else { return 0 }
    var next = UnsafeMutableRawPointer(buffer)
    let complete = board.forEach(source, size) { value, count in
        if count == 4 {
            unsafe next.storeBytes(of: value, as: UInt32.self)
        } else {
            unsafe next.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        }
        unsafe next += Int(count)
        return true
    }
    return result(complete && board.map())
}

/// The sum of the bytes, added to `initial`; `initial` itself when the range is not in the flash.
@c(CheckSum) public func checkSum(_ address: UInt32, _ size: UInt32, _ initial: UInt32) -> UInt32 {
    let board = Board(board_table())
    guard size > 0, let source = board.offset(of: address, size), board.beginCommands() else {
        return initial
    }
    var sum = initial
    let complete = board.forEach(source, size) { value, _ in
        sum &+= (value & 0xFF) &+ (value >> 8 & 0xFF) &+ (value >> 16 & 0xFF) &+ value >> 24
        return true
    }
    // There is no value for failure: a sum that cannot be right is the best there is.
    return complete && board.map() ? sum : ~sum
}

/// Compares `words` × 4 bytes with RAM.
///
/// In `misalignment`, bits 3:0 where the sum starts, bits 19:16 by how many bytes it is shorter than the rest.
/// - Returns: in R0 zero or the address of the first difference, in R1 the sum of the flash's bytes.
@c(Verify) public func verify(
    _ address: UInt32, _ buffer: UnsafePointer<UInt8>, _ words: UInt32, _ misalignment: UInt32
) -> UInt64 {
    let size = words &* 4
    guard size > 0 else { return 0 }
    let board = Board(board_table())
    guard words <= board.size / 4, let source = board.offset(of: address, size), board.beginCommands() else {
        return UInt64(address)
    }
    let equal = unsafe board.firstDifference(source, buffer, size)
    let sum = checkSum(address &+ (misalignment & 15), size &- (misalignment >> 16 & 15), 0)
    return UInt64(sum) << 32 | UInt64(equal < size ? address &+ equal : 0)
}

/// Leaves the controller idle.
@c(DeInit) public func deinitialize() -> Int32 { result(Board(board_table()).beginCommands()) }
