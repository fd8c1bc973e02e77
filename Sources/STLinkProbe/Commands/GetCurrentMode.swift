// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What the probe's firmware is occupied with.
enum STLinkMode: UInt8, Sendable {
    case dfu = 0, massStorage, debug, swim
    /// Only the firmware loader runs.
    case bootloader
}

/// GET_CURRENT_MODE (0xF5).
///
/// Byte 1 of the answer means nothing.
struct GetCurrentMode: STLinkCommand {
    static let name = "GET_CURRENT_MODE"
    static let reportsStatus = false

    func encode(into block: inout CommandBlock) { block.append(0xf5) }

    /// - Returns: nil for a mode that is not documented.
    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> STLinkMode? {
        let mode = try answer.read(UInt8.self)
        _ = try answer.read(UInt8.self)
        return STLinkMode(rawValue: mode)
    }
}
