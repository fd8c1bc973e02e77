// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// Writes down what the host controller and the device port do; keeps nothing itself.
final class TranscriptRecorder {
    private let sink: any TranscriptSink
    private var submissions = 0

    init(_ sink: any TranscriptSink) { self.sink = sink }

    func note(_ event: BenchTranscript.Event, at moment: Picoseconds) {
        sink.take(BenchTranscript.Entry(event, at: moment.duration))
    }
    /// - Returns: the transfer's number, for its end.
    func submitted(_ work: BenchTranscript.Work, fault: USBFaultPlan.Fault?, at moment: Picoseconds) -> Int {
        submissions += 1
        note(.submitted(submissions, work, fault: fault), at: moment)
        return submissions
    }
    /// Transfers of the time before recording have the number 0, and are left out.
    func ended(_ number: Int, _ outcome: Result<[UInt8], USBError>, at moment: Picoseconds) {
        if number > 0 { note(.ended(number, .init(outcome)), at: moment) }
    }
    func cancelled(_ number: Int, received: [UInt8] = [], at moment: Picoseconds) {
        if number > 0 { note(.cancelled(number, received: received), at: moment) }
    }
}

extension BenchTranscript.Work {
    init(_ work: VirtualTransfer.Work, on endpoint: UInt8) {
        switch work {
        case .out(let bytes): self = .out(bytes, endpoint: endpoint)
        case .read(let count): self = .read(count: count, endpoint: endpoint)
        }
    }
}

extension BenchTranscript.Ending {
    init(_ outcome: Result<[UInt8], USBError>) {
        switch outcome {
        case .success(let bytes): self = .done(bytes)
        case .failure(.stalled): self = .stalled
        case .failure(.overflow): self = .overflow
        case .failure(.disconnected): self = .disconnected
        case .failure(.cancelled): self = .cancelled
        case .failure(.timedOut(_, let moved)): self = .timedOut(moved: moved)
        case .failure(let error):
            preconditionFailure("the virtual cable does not fail a transfer with \(error)")
        }
    }
}
