// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// The probe of a job.
package struct ProbeFacts: Encodable, Sendable {
    /// `STLINK-V3`.
    package let kind: String
    package let product: String
    package let serial: String?
    package let firmware: String
    package let limitations: [String]

    init(_ probe: ProbeDescription) {
        (kind, product, serial) = (probe.kind, probe.product, probe.serial)
        (firmware, limitations) = (probe.firmware, probe.limitations)
    }

    static let schema = Schema.object([
        .key("kind", .text(), "The kind of probe, such as STLINK-V3."),
        .key("product", .text(), "The product as the device names itself."),
        .optional("serial", .text(), "The serial number, where it has one."),
        .key("firmware", .text(), "The firmware's version."),
        .key("limitations", .list(of: .text()), "What this firmware cannot do, and what that costs."),
    ])
}
