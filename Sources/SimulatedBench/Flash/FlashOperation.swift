// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Something a flash is busy with after chip select rose.
struct FlashOperation {
    enum Kind {
        /// Bytes to AND into one page, from its offset on.
        case program(page: Int, bytes: [UInt8?])
        case erase
        case eraseChip
        case writeStatus([UInt8])
        case programSecurity(register: Int, bytes: [UInt8?])
        case eraseSecurity(register: Int)
    }
    var kind: Kind
    /// The cells it changes.
    var range: Range<Int>
    var start: Picoseconds
    var end: Picoseconds
    /// When a suspend that was accepted takes effect.
    var suspendsAt: Picoseconds?

    var nextChange: Picoseconds { min(end, suspendsAt ?? .max) }
    var canBeSuspended: Bool {
        switch kind {
        case .program, .erase: true
        default: false
        }
    }
    var isErase: Bool {
        if case .erase = kind { return true }
        return false
    }

    /// The bits of SR1...SR3 that can be written.
    static let statusMasks: [UInt8] = [0xFC, 0x7B, 0x64]
    /// SR2.LB3...1: one-time programmable.
    static let lockMask: UInt8 = 0x38
}
