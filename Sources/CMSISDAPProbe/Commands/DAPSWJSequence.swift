// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_SWJ_Sequence (0x12): bits on SWDIO, least significant first.
struct DAPSWJSequence: DAPCommand {
    static let identifier: UInt8 = 0x12
    static let name = "DAP_SWJ_Sequence"
    typealias Response = DAPStatus

    let bitCount: UInt8
    let bits: [UInt8]

    /// At least 50 ones (ADIv5.2 §B4.3.3).
    static let lineReset = DAPSWJSequence(bitCount: 51, bits: [UInt8](repeating: 0xff, count: 7))
    /// Selects SWD on an SWJ-DP (ADIv5.2 §B5.2.1).
    static let jtagToSerialWire = DAPSWJSequence(bitCount: 16, bits: [0x9e, 0xe7])
    /// Idle clocks, so that the next start bit is seen.
    static let idle = DAPSWJSequence(bitCount: 8, bits: [0x00])

    func encode(into request: inout ByteWriter) {
        request.write(bitCount)
        request.write(contentsOf: bits)
    }
}
