// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What the status bits of a flash keep from being changed.
package struct WriteProtection: Hashable, Sendable {
    /// As the flash is mapped.
    package let addresses: Range<UInt64>
    package let bank: Int
    /// The registers in words.
    package let status: String
    /// The commands that end it, where the chip's file says.
    package let clearing: String?

    package init(addresses: Range<UInt64>, bank: Int, status: String, clearing: String?) {
        (self.addresses, self.bank, self.status, self.clearing) = (addresses, bank, status, clearing)
    }
}
