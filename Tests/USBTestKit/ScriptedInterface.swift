// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import USBTransport

/// A claimed interface that answers from a script and keeps a record of what was asked of it.
///
/// The script is one list of OUT and IN steps. An OUT transfer must carry the bytes of the next OUT step. An
/// IN transfer gets the next IN step, provided that every OUT step before it has been submitted; otherwise
/// there is nothing to read and it times out. So an IN may be pending early, several requests may be in
/// flight, and a drain finds only what the script put before the first request.
package final class ScriptedInterface: USBInterface {
    package enum Step: Hashable, Sendable {
        case out([UInt8])
        /// The transfer is accepted and fails on completion.
        case outFails([UInt8], USBError)
        case reply([UInt8])
        case replyFails(USBError)

        fileprivate var isOut: Bool {
            switch self {
            case .out, .outFails: true
            case .reply, .replyFails: false
            }
        }
    }

    package enum Event: Hashable, Sendable {
        case submitOut(endpoint: UInt8, [UInt8])
        case submitIn(endpoint: UInt8, count: Int)
        case completeOut
        case completeIn([UInt8])
        case timeOut
        case cancel
        case control(request: UInt8, value: UInt16, index: UInt16, [UInt8])
        case clearHalt(UInt8)
        case reset
        case close
    }

    private enum Pending {
        case out(USBError?)
        case read(count: Int, limit: Duration)
    }

    package let device: USBDeviceDescription
    package let descriptor: USBInterfaceDescriptor
    package private(set) var events: [Event] = []
    /// Where driver and script went different ways, in words; a test expects none.
    package private(set) var violations: [String] = []
    private var steps: [Step]
    private var isDone: [Bool]
    private var pending: [UInt64: Pending] = [:]
    private var nextTicket: UInt64 = 1
    private var improvised: [[UInt8]] = []
    /// Requests that were improvised an answer for but have not collected it.
    private var improvisedDebt = 0

    package init(_ device: USBDeviceDescription, interface number: UInt8 = 0, script: [Step]) {
        self.device = device
        descriptor =
            device.interfaces.first { $0.number == number }
            ?? USBInterfaceDescriptor(
                number: number, classCode: 0xff, subclass: 0, protocolCode: 0, endpoints: [])
        steps = script
        isDone = script.map { _ in false }
    }

    /// Steps that nothing asked for yet, those of the script's end included.
    package var unusedSteps: [Step] { zip(steps, isDone).compactMap { $1 ? nil : $0 } }
    /// Every complaint at once: a test expects this to be empty.
    package var complaints: [String] {
        violations + unusedSteps.map { "never reached: \($0)" }
            + (pending.isEmpty ? [] : ["transfers left pending"])
    }
    /// What went OUT, in order.
    package var sent: [[UInt8]] {
        events.compactMap { if case .submitOut(_, let bytes) = $0 { bytes } else { nil } }
    }
    /// Most requests that were under way at once without their reply having been collected.
    package var deepestPipeline: Int {
        var depth = 0, deepest = 0
        for event in events {
            switch event {
            case .submitOut(_, let bytes) where !bytes.isEmpty: depth += 1
            case .completeIn: depth -= 1
            default: break
            }
            deepest = max(deepest, depth)
        }
        return deepest
    }

    package func extend(_ more: [Step]) {
        steps += more
        isDone += more.map { _ in false }
    }

    /// From now on accepts whatever is sent and replies with `answers` in turn, over and over.
    package func improvise(_ answers: [[UInt8]]) {
        improvised = answers
        (steps, isDone) = ([], [])
    }

    package func submit(
        _ bytes: [UInt8], to endpoint: UInt8, within limit: Duration
    ) throws(USBError) -> USBTicket {
        events.append(.submitOut(endpoint: endpoint, bytes))
        return ticket(for: .out(takeOut(bytes)))
    }

    package func submitRead(
        _ count: Int, from endpoint: UInt8, within limit: Duration
    ) throws(USBError) -> USBTicket {
        events.append(.submitIn(endpoint: endpoint, count: count))
        return ticket(for: .read(count: count, limit: limit))
    }

    package func complete(_ ticket: USBTicket) throws(USBError) -> [UInt8] {
        switch pending.removeValue(forKey: ticket.rawValue) {
        case .out(let error):
            if let error { throw error }
            events.append(.completeOut)
            return []
        case .read(let count, let limit):
            let bytes = try takeReply(within: limit)
            guard bytes.count <= count else { throw .overflow(expected: count) }
            events.append(.completeIn(bytes))
            return bytes
        case nil:
            violations.append("completed a ticket that is not pending")
            throw .cancelled
        }
    }

    package func cancel(_ ticket: USBTicket) {
        if pending.removeValue(forKey: ticket.rawValue) != nil { events.append(.cancel) }
    }

    package func control(
        requestType: UInt8, request: UInt8, value: UInt16, index: UInt16, data: [UInt8], readCount: Int,
        within limit: Duration
    ) throws(USBError) -> [UInt8] {
        events.append(.control(request: request, value: value, index: index, data))
        if let error = takeOut(data) { throw error }
        return []
    }

    package func clearHalt(_ endpoint: UInt8) throws(USBError) { events.append(.clearHalt(endpoint)) }
    package func resetDevice() throws(USBError) { events.append(.reset) }
    package func close() {
        events.append(.close)
        pending = [:]
    }

    private func ticket(for transfer: Pending) -> USBTicket {
        defer { nextTicket += 1 }
        pending[nextTicket] = transfer
        return USBTicket(rawValue: nextTicket)
    }

    private func takeOut(_ bytes: [UInt8]) -> USBError? {
        guard improvised.isEmpty else {
            improvisedDebt = 1
            return nil
        }
        guard let index = steps.indices.first(where: { steps[$0].isOut && !isDone[$0] }) else {
            violations.append("sent beyond the script: \(hexText(bytes))")
            return nil
        }
        isDone[index] = true
        let (expected, error): ([UInt8], USBError?) =
            switch steps[index] {
            case .outFails(let bytes, let error): (bytes, error)
            case .out(let bytes), .reply(let bytes): (bytes, nil)
            case .replyFails: ([], nil)
            }
        if bytes != expected { violations.append("sent \(hexText(bytes)) instead of \(hexText(expected))") }
        return error
    }

    private func takeReply(within limit: Duration) throws(USBError) -> [UInt8] {
        if let answer = improvised.first, improvisedDebt > 0 {
            improvisedDebt -= 1
            improvised = Array(improvised.dropFirst()) + [answer]
            return answer
        }
        let open = steps.indices.filter { !isDone[$0] }
        guard let index = open.first, !steps[index].isOut else {
            events.append(.timeOut)
            throw .timedOut(after: limit, transferred: 0)
        }
        isDone[index] = true
        switch steps[index] {
        case .reply(let bytes): return bytes
        case .replyFails(let error): throw error
        case .out, .outFails: return []
        }
    }
}
