// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// One request of a plan that makes SWD transfers.
enum DAPPacket {
    case transfers(DAPTransfer)
    case block(DAPTransferBlock, operation: Int)
    /// DP ABORT has a command of its own: it must get through while the AP is stuck.
    case abort(DAPWriteAbort, operation: Int)

    var request: [UInt8] {
        switch self {
        case .transfers(let command): command.request
        case .block(let command, _): command.request
        case .abort(let command, _): command.request
        }
    }
    var identifier: UInt8 {
        switch self {
        case .transfers: DAPTransfer.identifier
        case .block: DAPTransferBlock.identifier
        case .abort: DAPWriteAbort.identifier
        }
    }
    var name: String {
        switch self {
        case .transfers: DAPTransfer.name
        case .block: DAPTransferBlock.name
        case .abort: DAPWriteAbort.name
        }
    }
    /// SWD transfers in it, for the time it may take.
    var transferCount: Int {
        switch self {
        case .transfers(let command): command.transfers.count
        case .block(let command, _): command.count
        case .abort: 1
        }
    }

    /// Whether it may be sent before `earlier` has been answered.
    ///
    /// Only within one repeated operation. A probe goes on with the next packet when one fails; were that
    /// packet to belong to another operation, data could go to an address that was never set, or a core be
    /// started on code that never arrived.
    func mayFollow(_ earlier: DAPPacket) -> Bool {
        guard case .block(_, let operation) = self, case .block(_, operation: operation) = earlier else {
            return false
        }
        return true
    }
}

/// What became of one packet.
struct PacketOutcome: Hashable {
    struct Failure: Hashable {
        var answer: FailedAcknowledge
        /// Index into the batch.
        var operation: Int
    }
    var values: [UInt32] = []
    /// Transfers the target has acknowledged.
    var completed = 0
    var failure: Failure?
}
