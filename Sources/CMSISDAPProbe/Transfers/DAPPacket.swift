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

    /// Nothing changes when it is sent although a packet before it fails: words are read for nothing.
    var isStreamed: Bool {
        switch self {
        case .transfers(let command): command.transfers.allSatisfy(\.isStreamed)
        case .block(let command, _): command.request.isRead && command.request.isAccessPort
        case .abort: false
        }
    }

    /// Whether it may be sent before `earlier` has been answered.
    ///
    /// A probe goes on with the next packet when one fails. Were that packet to write for another operation, data could go
    /// to an address that was never set, or a core be started on code that never arrived: so only within one repeated
    /// operation. Reads may run ahead from one run of words to the next, once the first packet of the batch has been
    /// answered: then SELECT and CSW are right, and an address that is not set leaves the reads inside what was asked for.
    func mayFollow(_ earlier: ArraySlice<DAPPacket>) -> Bool {
        if earlier.isEmpty { return true }
        if earlier.startIndex > 0, isStreamed, earlier.allSatisfy(\.isStreamed) { return true }
        guard case .block(_, let operation) = self else { return false }
        return earlier.allSatisfy {
            if case .block(_, operation) = $0 { true } else { false }
        }
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
