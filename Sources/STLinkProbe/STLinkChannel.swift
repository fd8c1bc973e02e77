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
    enum Condition {
        case inStep
        /// An answer may still come.
        case answerOutstanding(isHalted: Bool)
        /// The probe may still be waiting for data and would take the next command for it.
        case dataOwed
    }

    /// Stays above 5 s: a host controller can stall the whole bus that long while a USB target is halted.
    static let patience: Duration = .seconds(6)

    let interface: any USBInterface
    let commandEndpoint: UInt8, answerEndpoint: UInt8
    /// Bytes.
    private let packetSize: Int
    let timebase: any Timebase
    let trace: Trace
    var condition = Condition.inStep
    /// Changes with every bus reset: whatever the probe was told before is forgotten.
    var generation = 0
    /// The failure after which the probe was reset; nil when none made it necessary.
    var resetCause: ProbeError?
    var lastFailure: ProbeError?

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

    /// What failed before is over: the probe is in a mode that it was told to enter, or leave, since.
    func forgetFailures() { (lastFailure, resetCause) = (nil, nil) }

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
            // That the probe is gone is the error itself, and each try to leave in order would repeat it.
            trace(
                error == .disconnected ? .step : .warning, "ST-LINK transfer failed",
                ["command": Command.name, "error": error.summary])
            let failure = ProbeError.transport(error, during: Command.name)
            lastFailure = failure
            throw failure
        }
    }

    private static func condition(after error: USBError, owingData: Bool) -> Condition {
        // With a probe that is gone there is nothing to bring back in step, and a reset would wait for its return.
        if error == .disconnected { return .inStep }
        return owingData ? .dataOwed : .answerOutstanding(isHalted: error == .stalled)
    }
}
