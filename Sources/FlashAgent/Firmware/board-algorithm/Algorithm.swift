// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Instructions

// The entry points of a CMSIS flash algorithm (FlashOS.h): 0 is success, 1 is failure.

@inline(__always) private func result(_ succeeded: Bool) -> Int32 { succeeded ? 0 : 1 }

/// Sets up clocks, pins, controller and flash, whatever they are wanted for.
@c(Init) public func initialize(_ address: UInt32, _ clock: UInt32, _ function: UInt32) -> Int32 {
    result(Board(board_table()).setUp())
}

/// The flash stays mapped, for hosts that read it there.
@c(UnInit) public func uninitialize(_ function: UInt32) -> Int32 {
    let board = Board(board_table())
    return result(board.beginCommands() && board.map())
}

@c(EraseChip) public func eraseChip() -> Int32 {
    let board = Board(board_table())
    return result(board.beginCommands() && board.eraseAll())
}

@c(EraseSector) public func eraseSector(_ address: UInt32) -> Int32 {
    let board = Board(board_table())
    guard let offset = board.offset(of: address, 1), board.beginCommands() else { return 1 }
    return result(board.erase(offset & ~(board.sector &- 1), board.sector))
}

@c(ProgramPage) public func programPage(
    _ address: UInt32, _ size: UInt32, _ buffer: UnsafePointer<UInt8>
) -> Int32 {
    guard size > 0 else { return 0 }
    let board = Board(board_table())
    guard let offset = board.offset(of: address, size), board.beginCommands() else { return 1 }
    return result(unsafe board.program(offset, buffer, size))
}

/// 0 when every byte is `pattern`.
@c(BlankCheck) public func blankCheck(_ address: UInt32, _ size: UInt32, _ pattern: UInt8) -> Int32 {
    let board = Board(board_table())
    guard let offset = board.offset(of: address, size), board.beginCommands() else { return 1 }
    return result(board.holds(offset, size, UInt32(pattern)))
}

/// - Returns: the address behind the last byte when all are equal, else that of the first difference.
@c(Verify) public func verify(
    _ address: UInt32, _ size: UInt32, _ buffer: UnsafePointer<UInt8>
) -> UInt32 {
    let board = Board(board_table())
    guard size > 0, let offset = board.offset(of: address, size), board.beginCommands() else {
        return address
    }
    return address &+ (unsafe board.firstDifference(offset, buffer, size))
}
