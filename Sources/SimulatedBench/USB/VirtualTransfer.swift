// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// One submitted transfer, until the host has taken its result.
final class VirtualTransfer {
    enum Work {
        case out([UInt8])
        case read(count: Int)
    }
    let work: Work
    let endpoint: VirtualEndpoint
    let limit: Duration
    let submittedAt: Picoseconds
    let deadline: Picoseconds
    /// What the fault plan has in store for it.
    let fault: USBFaultPlan.Fault?
    /// In the transcript; 0 where none is kept.
    let number: Int
    private(set) var outcome: Result<[UInt8], USBError>?
    private(set) var finishedAt: Picoseconds = 0

    init(
        _ work: Work, on endpoint: VirtualEndpoint, within limit: Duration, at moment: Picoseconds,
        fault: USBFaultPlan.Fault?, number: Int
    ) {
        (self.work, self.endpoint, self.limit, submittedAt) = (work, endpoint, limit, moment)
        (self.fault, self.number) = (fault, number)
        let (end, overflow) = moment.addingReportingOverflow(Picoseconds(limit))
        deadline = overflow ? .max : end
    }

    func finish(_ outcome: Result<[UInt8], USBError>, at moment: Picoseconds) {
        guard self.outcome == nil else { return }
        (self.outcome, finishedAt) = (outcome, moment)
    }
}

/// One endpoint of the device as the host controller serves it.
final class VirtualEndpoint {
    let address: UInt8
    let isInterrupt: Bool
    let maxPacketSize: Int
    var isHalted = false
    /// Until when the last transfer occupies it.
    var freeAt: Picoseconds = 0
    var queue: [VirtualTransfer] = []

    init(_ descriptor: USBEndpointDescriptor) {
        address = descriptor.address
        isInterrupt = descriptor.kind == .interrupt
        maxPacketSize = Int(descriptor.maxPacketSize)
    }
    var isIn: Bool { address & 0x80 != 0 }
}

extension Picoseconds {
    /// Saturates; negative durations are zero.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else {
            self = 0
            return
        }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000_000)
        let (sum, carried) = whole.addingReportingOverflow(UInt64(attoseconds) / 1_000_000)
        self = overflow || carried ? .max : sum
    }
    var duration: Duration {
        Duration(
            secondsComponent: Int64(self / 1_000_000_000_000),
            attosecondsComponent: Int64(self % 1_000_000_000_000) * 1_000_000)
    }
}
