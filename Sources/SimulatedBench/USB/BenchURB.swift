// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// One transfer as a host's USB stack hands it down, without a limit in time.
package struct BenchURB: Sendable {
    package enum Work: Sendable {
        /// Endpoint 0: the eight bytes of the set-up stage (USB 2.0 §9.3), and what goes OUT.
        case control(setup: [UInt8], data: [UInt8])
        /// `endsWithEmptyPacket` adds a zero-length packet where the bytes fill their last packet.
        case out([UInt8], endpoint: UInt8, endsWithEmptyPacket: Bool = false)
        case read(count: Int, endpoint: UInt8)
    }
    package enum Status: Sendable {
        case done
        /// The endpoint is halted; on endpoint 0 the request was refused.
        case stalled
        /// The device sent more than was asked for.
        case overflow
        case cancelled
        /// The device is gone.
        case disconnected
        case noSuchEndpoint
    }
    /// The end of a transfer.
    package struct Completion: Sendable {
        package let id: UInt64
        package let status: Status
        /// What came IN; also what had come when a read was taken back.
        package let bytes: [UInt8]
        /// Bytes that moved in the data stage, either way.
        package let transferred: Int

        package init(id: UInt64, status: Status, bytes: [UInt8], transferred: Int) {
            (self.id, self.status, self.bytes, self.transferred) = (id, status, bytes, transferred)
        }
    }
}

/// A transfer on its way through the port.
final class PortTransfer {
    let id: UInt64
    let work: BenchURB.Work
    let fault: USBFaultPlan.Fault?
    /// A control transfer's number in the transcript; what other transfers become has numbers of its own.
    var number = 0
    /// What it became on the cable; a control transfer nothing, an OUT one or two.
    var parts: [VirtualTransfer] = []

    init(_ id: UInt64, _ work: BenchURB.Work, fault: USBFaultPlan.Fault?) {
        (self.id, self.work, self.fault) = (id, work, fault)
    }

    var isControl: Bool { if case .control = work { true } else { false } }

    /// The end as the host sees it, and when; nil while it waits.
    var ending: (completion: BenchURB.Completion, at: Picoseconds)? {
        var (moment, bytes, moved): (Picoseconds, [UInt8], Int) = (0, [], 0)
        for part in parts {
            guard let outcome = part.outcome else { return nil }
            moment = max(moment, part.finishedAt)
            switch outcome {
            case .success(let received):
                bytes += received
                if case .out(let payload) = part.work { moved += payload.count }
            // It moved half and hangs until it is taken back.
            case .failure(.timedOut): return nil
            case .failure(let error):
                return (completion(BenchURB.Status(error), moved: moved), moment)
            }
        }
        guard !parts.isEmpty else { return nil }
        return (completion(.done, bytes, moved: moved + bytes.count), moment)
    }

    /// Bytes of an OUT that moved although it has not ended.
    var movedSoFar: Int {
        parts.reduce(0) { sum, part in
            switch (part.outcome, part.work) {
            case (.failure(.timedOut(_, let moved)), _): sum + moved
            case (.success, .out(let payload)): sum + payload.count
            default: sum
            }
        }
    }

    func completion(_ status: BenchURB.Status, _ bytes: [UInt8] = [], moved: Int? = nil)
        -> BenchURB.Completion
    {
        BenchURB.Completion(id: id, status: status, bytes: bytes, transferred: moved ?? bytes.count)
    }
}

extension BenchURB.Status {
    /// What a host controller calls the outcome.
    init(_ error: USBError) {
        switch error {
        case .stalled: self = .stalled
        case .overflow: self = .overflow
        case .disconnected: self = .disconnected
        case .cancelled: self = .cancelled
        case .timedOut, .transferFailed, .accessDenied, .busy, .noSuchInterface, .noSuchEndpoint,
            .noDeviceNode, .noUSB, .system:
            preconditionFailure("the virtual cable does not fail a transfer with \(error)")
        }
    }
}
