// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What the cable did, counted.
struct LinkStatistics {
    var transfers = 0
    var bytesOut = 0
    var bytesIn = 0
    var timeouts = 0
    /// Time the host spent waiting for transfers.
    var linkTime: Picoseconds = 0

    mutating func count(_ bytes: [UInt8], isIn: Bool) {
        transfers += 1
        if isIn { bytesIn += bytes.count } else { bytesOut += bytes.count }
    }
}
