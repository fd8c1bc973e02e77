// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// SET_COM_FREQ (0xF2 0x61), V3.
///
/// A clock below the slowest is refused with status 08.
struct SetClock: STLinkCommand {
    static let name = "SET_COM_FREQ"
    static let feature: STLinkFeature? = .clockList
    var answerSize: Int { 8 }
    let clock: Hertz

    func encode(into block: inout CommandBlock) {
        block.append(0xf2, 0x61, 0x00, 0x00)
        block.append(littleEndian: clock.rawValue / 1_000)
    }
    /// - Returns: the clock the probe settled on.
    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> Hertz {
        _ = try answer.read(UInt32.self)
        return Hertz(saturatingKilohertz: try answer.read())
    }
}
