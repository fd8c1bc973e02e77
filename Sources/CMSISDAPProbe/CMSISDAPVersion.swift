// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The protocol version a probe claims (DAP_Info 0x04).
struct CMSISDAPVersion: Hashable, Sendable {
    var major: Int, minor: Int, patch: Int

    /// - Returns: nil for text that is none: DAPLink up to 0254 reports its own build number there.
    init?(_ text: String) {
        // MCU-Link writes 1.1.0 in this way.
        let parts = (text == "1.10" ? "1.1.0" : text).split(separator: ".").map { Int($0) }
        guard parts.count >= 2, let major = parts[0], let minor = parts[1] else { return nil }
        (self.major, self.minor) = (major, minor)
        patch = parts.count > 2 ? parts[2] ?? 0 : 0
    }

    /// DAP_Info 0x09 came with 1.3.0 and 2.1.0; before, some probes do not answer ids they do not know.
    var hasProductFirmware: Bool {
        switch major {
        case ..<1: false
        case 1: minor >= 3
        case 2: minor >= 1
        default: true
        }
    }
}

extension CMSISDAPVersion: CustomStringConvertible {
    var description: String { "\(major).\(minor).\(patch)" }
}
