// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Which probe a person means.
package enum ProbeSelector: Hashable, Sendable, CustomStringConvertible {
    /// The only one there is.
    case only
    /// Serial number, or a part of it that fits one probe only.
    case serial(String)
    case ids(vendor: UInt16, product: UInt16)
    /// `3-1.4`, as the kernel names the port.
    case path(String)
    /// `sim:KIND,…`; the text after `sim:`.
    case simulated(String)

    /// Reads `--probe`.
    ///
    /// Anything that is no id pair and no bus path is taken for a serial number; nothing at all for the only probe.
    package init(parsing text: String?) {
        guard let text, !text.isEmpty else {
            self = .only
            return
        }
        if text.hasPrefix("sim:") {
            self = .simulated(String(text.dropFirst(4)))
        } else if let match = text.wholeMatch(of: /([0-9a-fA-F]{4}):([0-9a-fA-F]{4})/),
            let vendor = UInt16(match.1, radix: 16), let product = UInt16(match.2, radix: 16)
        {
            self = .ids(vendor: vendor, product: product)
        } else if text.wholeMatch(of: /[0-9]{1,3}-[0-9]{1,3}(\.[0-9]{1,3})*/) != nil {
            self = .path(text)
        } else {
            self = .serial(text)
        }
    }

    package var description: String {
        switch self {
        case .only: "any probe"
        case .serial(let serial): "serial \(serial)"
        case .ids(let vendor, let product): "\(vendor.hex.dropFirst(2)):\(product.hex.dropFirst(2))"
        case .path(let path): "bus path \(path)"
        case .simulated(let text): "sim:\(text)"
        }
    }
}
