// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How much fits in one request and one response.
struct PacketLimits: Hashable, Sendable {
    /// Bytes of the probe's buffer for one request or response (DAP_Info 0xFF).
    var packetSize: Int
    /// Bytes of an IN packet, where a response that ends with a full one needs a zero-length packet to show
    /// its end.
    ///
    /// Not every probe sends that, so such responses are not asked for. Nil where responses are padded.
    var silentEnd: Int?

    /// Words one DAP_TransferBlock can write.
    var blockWrites: Int {
        min(DAPTransferBlock.mostTransfers, (packetSize - DAPTransferBlock.requestHeader) / 4)
    }

    /// Words the next DAP_TransferBlock reads when `left` are to be read.
    func blockReads(of left: Int) -> Int {
        let most = min(DAPTransferBlock.mostTransfers, (packetSize - DAPTransferBlock.responseHeader) / 4)
        let words = min(left, most)
        let size = DAPTransferBlock.responseHeader + 4 * words
        guard let silentEnd, words > 1, size < packetSize, size % silentEnd == 0 else { return words }
        return words - 1
    }
}
