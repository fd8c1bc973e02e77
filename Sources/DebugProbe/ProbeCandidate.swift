// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A probe that a driver would open, as far as enumeration tells: nothing has been claimed yet.
package struct ProbeCandidate: Sendable {
    /// `ST-LINK/V2-1`, `CMSIS-DAP v2`.
    package let kind: String
    package let product: String
    /// As text, whatever form the device keeps it in; nil when it has none.
    package let serial: String?
    /// The USB interface the driver would claim.
    package let interface: UInt8
    /// What keeps it from being used, when that is known without opening it.
    package let obstacle: ProbeError?

    package init(
        kind: String, product: String, serial: String?, interface: UInt8, obstacle: ProbeError? = nil
    ) {
        (self.kind, self.product, self.serial) = (kind, product, serial)
        (self.interface, self.obstacle) = (interface, obstacle)
    }
}
