// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench

/// A transfer on its way for a program.
final class HostTransfer {
    /// What becomes of a transfer.
    struct End {
        /// 0, or a negative errno.
        var status: Int32
        var bytes: [UInt8]
        var transferred: Int
    }
    /// The interface it belongs to; nil is endpoint 0.
    let interface: UInt8?
    /// Number of the open file it was made on.
    let file: UInt64
    /// Bytes held for it.
    let cost: Int
    /// A short answer is an error.
    let refusesShort: Bool
    private let expected: Int
    private let onEnd: (End) -> Void
    /// What being taken back looks like.
    var cancelStatus: Int32 = ENOENT

    init(
        interface: UInt8?, file: UInt64, cost: Int, expected: Int, refusesShort: Bool = false,
        onEnd: @escaping (End) -> Void
    ) {
        (self.interface, self.file, self.cost, self.refusesShort) = (interface, file, cost, refusesShort)
        (self.expected, self.onEnd) = (expected, onEnd)
    }

    func finish(_ completion: BenchURB.Completion) {
        let status: Int32 =
            switch completion.status {
            case .done: refusesShort && completion.transferred < expected ? -EREMOTEIO : 0
            case .stalled: -EPIPE
            case .overflow: -EOVERFLOW
            case .cancelled: -cancelStatus
            case .disconnected: -ESHUTDOWN
            case .noSuchEndpoint: -ENOENT
            }
        onEnd(End(status: status, bytes: completion.bytes, transferred: completion.transferred))
    }
}
