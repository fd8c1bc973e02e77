// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// A probe as a person names it.
package struct ProbeDescription: Hashable, Sendable {
    /// `STLINK-V3`, `CMSIS-DAP v2`.
    package let kind: String
    package let product: String
    package let serial: String?
    /// `V3J9M3`, `2.1.0`.
    package let firmware: String
    /// What this firmware cannot do and what that costs the user, one sentence each.
    package let limitations: [String]
    /// Fastest clock at which the firmware is known to work; nil for all it offers.
    package let clockLimit: Hertz?

    package init(
        kind: String, product: String, serial: String?, firmware: String, limitations: [String] = [],
        clockLimit: Hertz? = nil
    ) {
        (self.kind, self.product, self.serial) = (kind, product, serial)
        (self.firmware, self.limitations, self.clockLimit) = (firmware, limitations, clockLimit)
    }
}
