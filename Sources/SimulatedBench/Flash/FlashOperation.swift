// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Something a flash is busy with after chip select rose.
struct FlashOperation {
    enum Kind {
        /// Bytes to AND into one page, by their place in it.
        case program(page: Int, bytes: [UInt8?])
        case erase
        /// Of the array, or of a die.
        case eraseAll
        /// Changes by the register's place.
        case writeRegisters([(register: Int, change: FlashRegisters.Change)], inForce: Bool)
        /// `start` is the place in the security areas.
        case programSecurity(start: Int, bytes: [UInt8?])
        case eraseSecurity(Range<Int>)
    }
    var kind: Kind
    /// The cells it changes.
    var range: Range<Int>
    var end: Picoseconds
    /// Of its entry in the journal.
    var journalPlace: Int?
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
}
