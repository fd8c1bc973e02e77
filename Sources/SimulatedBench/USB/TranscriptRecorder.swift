// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What crossed the virtual cable, for comparison with captures of real probes.
package struct BenchTranscript: Sendable {
    package struct Entry: Hashable, Sendable {
        /// Since the bench was switched on.
        package var time: Duration
        /// Bit 7 set: towards the host.
        ///
        /// Endpoint 0 stands for control transfers.
        package var endpoint: UInt8
        package var bytes: [UInt8]
    }
    package var entries: [Entry] = []
}

final class TranscriptRecorder {
    private(set) var transcript = BenchTranscript()
    func record(_ bytes: [UInt8], _ endpoint: UInt8, _ moment: Picoseconds) {
        transcript.entries.append(.init(time: moment.duration, endpoint: endpoint, bytes: bytes))
    }
}

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
