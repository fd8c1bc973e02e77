// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What runs on an ST-LINK: `V2J28S7`, `V3J9M3`.
struct STLinkVersion: Hashable, Sendable {
    /// Hardware generation: 1, 2, 3 (4 is the V3PWR, which speaks the V3 protocol).
    var hardware: Int
    /// JTAG/SWD firmware number; 0 when the probe has none.
    var jtag: Int
    var swim = 0
    var massStorage = 0
    var bridge = 0
    var power = 0

    /// Speaks the V3 dialect: frequency lists instead of divisors.
    var isV3: Bool { hardware >= 3 }
}

extension STLinkVersion: CustomStringConvertible {
    /// As ST prints it, parts that are 0 left out.
    var description: String {
        let parts = [("J", jtag), ("S", swim), ("M", massStorage), ("B", bridge), ("P", power)]
        return "V\(hardware)" + parts.map { $1 == 0 ? "" : "\($0)\($1)" }.joined()
    }
}
