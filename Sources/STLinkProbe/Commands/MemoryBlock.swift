// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// What one memory command moves.
struct MemoryBlock: Hashable {
    let address: UInt32
    /// Bytes, a multiple of `width`.
    let count: UInt16
    let width: AccessWidth
    /// Sent from V2J32/V3J2 on; older firmware ignores the bytes, zero stands for AP 0 and the firmware's own
    /// CSW.
    var accessPort: UInt8 = 0
    var csw: UInt32 = 0

    /// Bytes 2...11 of the three read and the three write commands.
    func encode(into block: inout CommandBlock) {
        block.append(littleEndian: address)
        block.append(littleEndian: count)
        block.append(accessPort)
        for shift: UInt32 in [8, 16, 24] { block.append(UInt8(truncatingIfNeeded: csw >> shift)) }
    }
}
