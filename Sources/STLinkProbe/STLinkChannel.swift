// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import USBTransport

/// The conversation with one ST-LINK: a 16-byte command and at most one data phase, strictly one after the
/// other.
///
/// Knows nothing of what commands mean. After a failure it remembers in what state the probe was left;
/// `restoreStep` brings both sides back to "waiting for a command".
final class STLinkChannel {
    private enum Condition {
        case inStep
        /// An answer may still come.
        case answerOutstanding(isHalted: Bool)
        /// The probe may still be waiting for data and would take the next command for it; only a reset ends
        /// that.
        case dataOwed
    }

    /// Stays above 5 s: a host controller can stall the whole bus that long while a USB target is halted.
    static let patience: Duration = .seconds(6)
    /// How long a packet that is already there takes to arrive.
    private static let drainPatience: Duration = .milliseconds(10)
    private static let drainLimit = 64
    /// How long ST-LINKs take to come back after a bus reset.
    private static let resetPause: Duration = .seconds(1)

    private let interface: any USBInterface
    private let commandEndpoint: UInt8, answerEndpoint: UInt8
    /// Bytes.
    private let packetSize: Int
    private let timebase: any Timebase
    private let trace: Trace
    private var condition = Condition.inStep
    /// Changes with every bus reset: whatever the probe was told before is forgotten.
    private(set) var generation = 0

    init(
        _ interface: any USBInterface, product: STLinkProduct, timebase: any Timebase, trace: Trace
    ) {
        self.interface = interface
        (commandEndpoint, answerEndpoint) = (product.commandEndpoint, product.answerEndpoint)
        let answers = interface.descriptor.endpoints.first { $0.address == product.answerEndpoint }
        packetSize = max(CommandBlock.size, Int(answers?.maxPacketSize ?? 64))
        (self.timebase, self.trace) = (timebase, trace)
    }

    func run<Command: STLinkCommand>(
        _ command: Command, within limit: Duration = patience
    ) throws(ProbeError) -> STLinkReply<Command.Response> {
        let answer = try exchange(command, within: limit)
        if Command.reportsStatus, let first = answer.first {
            let status = STLinkStatus(rawValue: first)
            guard status.isSuccess else { return .failed(status) }
        }
        guard answer.count == command.answerSize else {
            condition = .answerOutstanding(isHalted: false)
            throw .malformedResponse(
                command: Command.name, detail: "\(answer.count) bytes instead of \(command.answerSize)")
        }
        do {
            var reader = ByteReader(answer.span)
            return .done(try command.decode(&reader))
        } catch {
            condition = .answerOutstanding(isHalted: false)
            throw .malformedResponse(command: Command.name, detail: error.summary)
        }
    }

    /// Undoes what the last failure left behind; free when there was none.
    func restoreStep() throws(ProbeError) {
        switch condition {
        case .inStep: return
        case .answerOutstanding(let isHalted):
            if isHalted {
                try transport("CLEAR_FEATURE(ENDPOINT_HALT)") { () throws(USBError) in
                    try interface.clearHalt(commandEndpoint)
                    try interface.clearHalt(answerEndpoint)
                }
            }
            try drain()
        case .dataOwed: try reset()
        }
        condition = .inStep
    }

    /// Reads what an earlier host left unread.
    func drain() throws(ProbeError) {
        try transport("reading stale answers") { () throws(USBError) in
            for _ in 0..<Self.drainLimit {
                guard let stale = try readStale() else { return }
                trace(.warning, "ST-LINK stale answer dropped", ["bytes": stale.hexDump])
            }
        }
    }

    /// Resets the port and waits until the probe is back.
    func reset() throws(ProbeError) {
        trace(.warning, "ST-LINK bus reset")
        generation &+= 1
        try transport("USB reset") { () throws(USBError) in try interface.resetDevice() }
        timebase.wait(for: Self.resetPause)
        condition = .inStep
        try drain()
    }

    func close() { interface.close() }
}

extension STLinkChannel {
    private func exchange<Command: STLinkCommand>(
        _ command: Command, within limit: Duration
    ) throws(ProbeError) -> [UInt8] {
        let block = CommandBlock(command).bytes
        trace(.wire, "ST-LINK command", ["command": Command.name, "bytes": block.hexDump])
        var tickets: [USBTicket] = []
        do {
            // Everything is under way before anything is waited for, which saves a turn of the host per
            // command.
            tickets.append(try interface.submit(block, to: commandEndpoint, within: limit))
            if !command.payload.isEmpty {
                tickets.append(try interface.submit(command.payload, to: commandEndpoint, within: limit))
            }
            if command.answerSize > 0 {
                // A whole packet's room: a wrong answer is then seen instead of overflowing.
                let room = max(command.answerSize, packetSize)
                tickets.append(try interface.submitRead(room, from: answerEndpoint, within: limit))
            }
            var answer: [UInt8] = []
            while let ticket = tickets.first {
                tickets.removeFirst()
                answer = try interface.complete(ticket)
            }
            trace(.wire, "ST-LINK answer", ["command": Command.name, "bytes": answer.hexDump])
            return answer
        } catch {
            for ticket in tickets { interface.cancel(ticket) }
            condition = Self.condition(after: error, owingData: !command.payload.isEmpty)
            trace(.warning, "ST-LINK transfer failed", ["command": Command.name, "error": error.summary])
            throw .transport(error, during: Command.name)
        }
    }

    private static func condition(after error: USBError, owingData: Bool) -> Condition {
        // With a probe that is gone there is nothing to bring back in step, and a reset would wait for its return.
        if error == .disconnected { return .inStep }
        return owingData ? .dataOwed : .answerOutstanding(isHalted: error == .stalled)
    }

    /// - Returns: nil when nothing is waiting.
    private func readStale() throws(USBError) -> [UInt8]? {
        do {
            return try interface.receive(packetSize, from: answerEndpoint, within: Self.drainPatience)
        } catch {
            if case .timedOut = error { return nil }
            throw error
        }
    }

    private func transport(_ step: String, _ body: () throws(USBError) -> Void) throws(ProbeError) {
        do { try body() } catch { throw .transport(error, during: step) }
    }
}
