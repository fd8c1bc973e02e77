// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What crossed one virtual cable, in the order it happened: what the host did, and what came of it.
///
/// With the bench's configuration this is all a run depends on, so that it can be had again (``TranscriptReplay``).
package struct BenchTranscript: Hashable, Sendable {
    /// What the host's program, or its USB stack, asks for.
    package enum Work: Hashable, Sendable {
        case out([UInt8], endpoint: UInt8)
        case read(count: Int, endpoint: UInt8)
        /// A control transfer of a program: the eight bytes of the set-up stage (USB 2.0 §9.3), and what goes OUT.
        case control(setup: [UInt8], data: [UInt8])
        /// A request the host's USB stack makes by itself, between the transfers of programs: clearing a halt, choosing
        /// a configuration.
        case request(setup: [UInt8])

        /// 0 for control transfers and requests.
        package var endpoint: UInt8 {
            switch self {
            case .out(_, let endpoint), .read(_, let endpoint): endpoint
            case .control, .request: 0
            }
        }
    }
    /// What became of a transfer.
    package enum Ending: Hashable, Sendable {
        /// Everything moved; the bytes are those that came IN.
        case done([UInt8])
        case stalled
        /// The device sent more than was asked for.
        case overflow
        case disconnected
        /// Taken away by a reset of the port.
        case cancelled
        /// The time given to it is over, or it never ends: only so many bytes moved.
        case timedOut(moved: Int)
    }
    package enum Event: Hashable, Sendable {
        /// Transfers are counted from 1 as they are submitted.
        ///
        /// The fault is what is going to happen to this one.
        case submitted(Int, Work, fault: USBFaultPlan.Fault?)
        case ended(Int, Ending)
        /// The host took a transfer back; the bytes are what had come IN until then.
        case cancelled(Int, received: [UInt8])
        case portReset
        case unplugged(byFault: Bool)
        case plugged
        case powerCycled

        /// Whether the host did it; everything else follows from what the host did.
        package var isDoneByHost: Bool {
            switch self {
            case .submitted, .cancelled, .portReset, .plugged, .powerCycled: true
            case .unplugged(let isByFault): !isByFault
            case .ended: false
            }
        }
    }
    package struct Entry: Hashable, Sendable {
        /// Since the bench was switched on; exact to the picosecond.
        package var time: Duration
        package var event: Event

        package init(_ event: Event, at time: Duration) { (self.event, self.time) = (event, time) }
    }
    package var entries: [Entry] = []

    package init() {}
}

/// What takes a transcript as it grows.
package protocol TranscriptSink: AnyObject {
    func take(_ entry: BenchTranscript.Entry)
}

/// Keeps it in memory.
final class TranscriptMemory: TranscriptSink {
    private(set) var transcript = BenchTranscript()
    func take(_ entry: BenchTranscript.Entry) { transcript.entries.append(entry) }
}
