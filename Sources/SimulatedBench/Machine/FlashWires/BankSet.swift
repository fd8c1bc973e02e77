// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Banks of the QUADSPI.
struct BankSet: OptionSet {
    var rawValue: UInt8
    static let first = BankSet(rawValue: 1)
    static let second = BankSet(rawValue: 2)
    static let both: BankSet = [.first, .second]

    init(rawValue: UInt8) { self.rawValue = rawValue }
    /// One bank, 1 or 2.
    init(bank: Int) { rawValue = 1 << UInt8(truncatingIfNeeded: bank &- 1) }

    func contains(bank: Int) -> Bool { rawValue >> UInt8(truncatingIfNeeded: bank &- 1) & 1 != 0 }
}
