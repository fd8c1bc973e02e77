// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

/// What DAP_Transfer and DAP_TransferBlock answer.
struct TransferAnswer: Hashable, Sendable {
    /// Transfers done; a read that was only posted counts.
    let completed: Int
    let acknowledge: UInt8
    /// As many as were asked for and are there; behind a failure they may be padding.
    let words: [UInt32]

    private static let ok: UInt8 = 1

    init(completed: Int, acknowledge: UInt8, words: [UInt32]) {
        (self.completed, self.acknowledge, self.words) = (completed, acknowledge, words)
    }

    /// - Throws: when everything is said to have gone well and words are missing all the same.
    init(
        completed: Int, acknowledge: UInt8, expecting reads: Int, of transfers: Int,
        from response: inout ByteReader
    ) throws(TruncatedBytes) {
        let isWhole = completed == transfers && acknowledge == Self.ok
        let count = isWhole ? reads : min(reads, response.remaining / 4)
        var words: [UInt32] = []
        words.reserveCapacity(count)
        for _ in 0..<count { words.append(try response.read()) }
        self.init(completed: completed, acknowledge: acknowledge, words: words)
    }

    /// No port is connected: the probe did nothing.
    var isUnconnected: Bool { completed == 0 && acknowledge == 0 }

    /// Nil for OK.
    ///
    /// FAULT and WAIT count even with the protocol error flag: such an answer has no data whose parity could
    /// be wrong, and ORBTrace sets the flag on a plain FAULT. An OK with the flag is a parity error in the
    /// data.
    var failure: FailedAcknowledge? {
        switch acknowledge & 0x7 {
        case 1 where acknowledge == Self.ok: nil
        case 2: .wait
        case 4: .fault
        case 7: FailedAcknowledge.none
        default: .protocolError
        }
    }
}
