// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The request byte of one SWD transfer (CMSIS-DAP, DAP_Transfer).
struct TransferRequest: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt8
    init(rawValue: UInt8) { self.rawValue = rawValue }

    private static let accessPort: UInt8 = 1 << 0
    private static let read: UInt8 = 1 << 1

    /// Of the address only bits 3:2 count.
    init(accessPort: Bool, read: Bool, address: UInt8) {
        rawValue = (accessPort ? Self.accessPort : 0) | (read ? Self.read : 0) | (address & 0xc)
    }
    var isAccessPort: Bool { rawValue & Self.accessPort != 0 }
    var isRead: Bool { rawValue & Self.read != 0 }
}

/// One transfer of a packet, and the operation it was made for.
struct QueuedTransfer: Hashable, Sendable {
    let request: TransferRequest
    /// What is written; nil for a read.
    let value: UInt32?
    let operation: Int
    /// Part of reading a run of words: one of the words, or the address they start from.
    ///
    /// Nothing changes when such a transfer is made although one before it failed.
    var isStreamed = false
}
