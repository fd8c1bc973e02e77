// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// What `probes` found.
package struct ProbesReport: JobReport {
    package struct Probe: Encodable, Sendable {
        /// `STLINK-V3`.
        package let kind: String
        package let product: String
        package let serial: String?
        /// What to give to `--probe`.
        package let selector: String
        /// `0483:374f`.
        package let ids: String
        /// `3-1.4`, as the kernel names the port.
        package let location: String
        package let firmware: String?
        /// As the probe measures it.
        package let targetMillivolts: Int?
        package let limitations: [String]
        /// Why it cannot be used now.
        package let problem: ErrorReport?
    }
    package let probes: [Probe]
    /// `sim:stlink-v2` and so on.
    package let simulatedKinds: [String]

    package static let schema = Schema.object([
        .key(
            "probes", .list(of: Probe.schema), "Every probe that was seen and matches --probe, in bus order."),
        .key("simulatedKinds", .list(of: .text(pattern: "^sim:")), "What --probe takes without hardware."),
    ])
}

extension ProbesReport.Probe {
    fileprivate static let schema = Schema.object([
        .key("kind", .text(), "The kind of probe, such as STLINK-V3."),
        .key("product", .text(), "The product as the device names itself."),
        .optional("serial", .text(), "The serial number, where it has one."),
        .key("selector", .text(), "What to give to --probe to mean this one."),
        .key("ids", .text(pattern: "^[0-9a-f]{4}:[0-9a-f]{4}$"), "USB vendor and product id."),
        .key("location", .text(), "The port, as the kernel names it."),
        .optional("firmware", .text(), "The firmware's version."),
        .optional("targetMillivolts", .count, "The target's supply, where the probe measures it."),
        .key("limitations", .list(of: .text()), "What this firmware cannot do, and what that costs."),
        .optional("problem", ErrorReport.schema, "Why the probe cannot be used now."),
    ])
}
