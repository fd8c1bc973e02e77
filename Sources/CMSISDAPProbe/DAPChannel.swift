// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import USBTransport

/// Requests and responses of one CMSIS-DAP probe, several under way at once where it has the buffers.
///
/// Responses come in the order of the requests. After a failure the channel remembers that probe and host are
/// out of step; `restoreStep` brings them back.
final class DAPChannel {
    /// A request whose response has not been collected.
    private struct Flight {
        let identifier: UInt8
        let name: String
        var outgoing: [USBTicket]
        let limit: Duration
    }
    enum Condition { case inStep, outOfStep(isHalted: Bool) }

    /// Stays above 5 s: a host controller can stall the whole bus that long while a USB target is halted.
    static let patience: Duration = .seconds(6)
    /// How often an empty packet, the end of an earlier response, is passed over.
    private static let emptyLimit = 2

    let interface: any USBInterface
    let form: CMSISDAPInterface
    let timebase: any Timebase
    let trace: Trace
    var condition = Condition.inStep
    private var flights: [Flight] = []
    private var reads: [USBTicket] = []
    /// Bytes one request or response may have; a USB packet until the probe has been asked.
    private(set) var packetSize: Int
    /// Changes with every bus reset: whatever the probe was told before is forgotten.
    var generation = 0
    /// The failure after which the probe was reset; nil when none made it necessary.
    var resetCause: ProbeError?
    var lastFailure: ProbeError?

    init(_ interface: any USBInterface, form: CMSISDAPInterface, timebase: any Timebase, trace: Trace) {
        (self.interface, self.form) = (interface, form)
        (self.timebase, self.trace) = (timebase, trace)
        packetSize = min(form.requestPacketSize, form.answerPacketSize)
    }

    var padsResponses: Bool { form.padsResponses }

    /// - Parameter size: what the probe says; a report bounds it in HID.
    func usePackets(of size: Int) {
        packetSize = padsResponses ? min(size, form.requestPacketSize, form.answerPacketSize) : size
    }

    var limits: PacketLimits {
        PacketLimits(packetSize: packetSize, silentEnd: padsResponses ? nil : form.answerPacketSize)
    }

    /// One command on its own.
    ///
    /// - Throws: `refused` with status FF when the probe does not know the command.
    func run<Command: DAPCommand>(
        _ command: Command, within limit: Duration = patience
    ) throws(ProbeError) -> Command.Response {
        try submit(command.request, Command.identifier, Command.name, within: limit)
        let response = try collect()
        do {
            return try command.decode(response: response)
        } catch {
            condition = .outOfStep(isHalted: false)
            throw .malformedResponse(command: Command.name, detail: error.summary)
        }
    }

    /// What failed before is over: the port has been opened or closed since.
    func forgetFailures() { (lastFailure, resetCause) = (nil, nil) }

    func close() {
        abandon()
        interface.close()
    }
}

extension DAPChannel {
    /// Sends a request without waiting for its response.
    func submit(
        _ request: [UInt8], _ identifier: UInt8, _ name: String, within limit: Duration
    ) throws(ProbeError) {
        trace(.wire, "CMSIS-DAP request", ["command": name, "bytes": request.hexDump])
        do {
            var flight = Flight(identifier: identifier, name: name, outgoing: [], limit: limit)
            flight.outgoing = try send(request, within: limit)
            flights.append(flight)
            reads.append(try submitRead(within: limit))
        } catch {
            throw failed(error, name)
        }
    }

    /// The response to the oldest request under way.
    func collect() throws(ProbeError) -> [UInt8] {
        guard let flight = flights.first else { preconditionFailure("no request is under way") }
        let response: [UInt8]
        do { response = try nextResponse() } catch { throw failed(error, flight.name) }
        trace(.wire, "CMSIS-DAP response", ["command": flight.name, "bytes": response.hexDump])
        if response.first == flight.identifier { return response }
        if response.first == 0xff, padsResponses || response.count == 1 {
            throw .refused(
                command: flight.name, status: 0xff, meaning: "the probe does not know this command")
        }
        abandon()
        condition = .outOfStep(isHalted: false)
        throw .malformedResponse(
            command: flight.name,
            detail: response.first.map { "it answers command \($0.hex)" } ?? "it is empty")
    }

    /// Gives up everything under way: the next use starts with `restoreStep`.
    func abandon() {
        for ticket in flights.flatMap(\.outgoing) + reads { interface.cancel(ticket) }
        (flights, reads) = ([], [])
        // What is known already of the failure stays known.
        if case .inStep = condition { condition = .outOfStep(isHalted: false) }
    }

    /// - Returns: the response's bytes; empty when there was none to be had.
    private func nextResponse() throws(USBError) -> [UInt8] {
        while let ticket = flights.first?.outgoing.first {
            flights[0].outgoing.removeFirst()
            _ = try interface.complete(ticket)
        }
        let flight = flights.removeFirst()
        for _ in 0...Self.emptyLimit {
            let response = try interface.complete(reads.removeFirst())
            if !response.isEmpty { return response }
            // Takes the place of the read that the empty packet used up.
            reads.append(try submitRead(within: flight.limit))
        }
        return []
    }

    private func failed(_ error: USBError, _ name: String) -> ProbeError {
        // That the probe is gone is the error itself, and each try to leave in order would repeat it.
        trace(
            error == .disconnected ? .step : .warning, "CMSIS-DAP transfer failed",
            ["command": name, "error": error.summary])
        abandon()
        condition = .outOfStep(isHalted: error == .stalled)
        let failure = ProbeError.transport(error, during: name)
        lastFailure = failure
        return failure
    }

    func submitRead(within limit: Duration) throws(USBError) -> USBTicket {
        // Whole USB packets, so that a response that is too long is seen instead of overflowing.
        let packet = form.answerPacketSize
        let room = padsResponses ? packet : (packetSize + packet - 1) / packet * packet
        return try interface.submitRead(room, from: form.answerEndpoint, within: limit)
    }

    func send(_ request: [UInt8], within limit: Duration) throws(USBError) -> [USBTicket] {
        switch form.form {
        case .bulk(let endpoint):
            var tickets = [try interface.submit(request, to: endpoint, within: limit)]
            // A full packet ends a request only when it fills the probe's buffer.
            if request.count < packetSize, request.count % form.requestPacketSize == 0 {
                do { tickets.append(try interface.submit([], to: endpoint, within: limit)) } catch {
                    interface.cancel(tickets[0])
                    throw error
                }
            }
            return tickets
        case .hid(let endpoint?):
            return [try interface.submit(padded(request), to: endpoint, within: limit)]
        case .hid(nil):
            // SET_REPORT(output, id 0) (HID 1.11 §7.2.2).
            _ = try interface.control(
                requestType: 0x21, request: 0x09, value: 0x0200, index: UInt16(form.number),
                data: padded(request),
                readCount: 0, within: limit)
            return []
        }
    }

    private func padded(_ request: [UInt8]) -> [UInt8] {
        request + [UInt8](repeating: 0, count: max(0, form.requestPacketSize - request.count))
    }
}
