// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// Host controller, cable and device in one: moves packets, keeps the times, plays the faults.
///
/// Nothing happens behind the host's back: the device works when the host waits for something, either for a transfer
/// (then only as much is executed as that transfer needs) or for time to pass.
final class VirtualHostController {
    var target: any DebugTarget
    let function: any USBFunction
    /// Faults still to come, by ordinal of the transfer.
    var faults: USBFaultPlan
    private(set) var transferCount = 0
    private(set) var isPlugged = true
    /// Changes with every replug; a claim of an earlier one is dead.
    private(set) var generation = 1
    private(set) var endpoints: [VirtualEndpoint] = []
    var configurationValue: UInt8 = 1
    /// False behind USB/IP and some hubs: a port reset then ends the host's transfers, and that is all.
    var resetsReachDevice = true
    var statistics = LinkStatistics()
    var recorder: TranscriptRecorder?

    init(target: any DebugTarget, function: any USBFunction, faults: USBFaultPlan) {
        (self.target, self.function, self.faults) = (target, function, faults)
        makeEndpoints()
    }

    var timing: LinkTiming { LinkTiming(speed: function.descriptors.speed) }
    var now: Picoseconds { target.now }
    var location: USBLocation {
        USBLocation(bus: 1, ports: [1], address: UInt8(truncatingIfNeeded: 1 + generation))
    }

    private func makeEndpoints() {
        let interfaces = function.descriptors.description(at: location).interfaces
        endpoints = interfaces.flatMap(\.endpoints).map { VirtualEndpoint($0) }
    }
    func endpoint(_ address: UInt8) -> VirtualEndpoint? { endpoints.first { $0.address == address } }

    // MARK: - Cable

    func unplug(byFault isFault: Bool = false) {
        guard isPlugged else { return }
        isPlugged = false
        recorder?.note(.unplugged(byFault: isFault), at: now)
        for endpoint in endpoints {
            for transfer in endpoint.queue { end(transfer, .failure(.disconnected), at: now) }
            endpoint.queue = []
        }
    }
    /// The device comes back as after power-on, under a new address.
    func replug() {
        unplug()
        isPlugged = true
        recorder?.note(.plugged, at: now)
        generation += 1
        configurationValue = 1
        function.powerOnReset()
        makeEndpoints()
    }
    /// USB port reset: the transport starts afresh, the firmware goes on.
    func resetPort() {
        recorder?.note(.portReset, at: now)
        for endpoint in endpoints {
            for transfer in endpoint.queue { end(transfer, .failure(.cancelled), at: now) }
            (endpoint.queue, endpoint.freeAt) = ([], now)
            if resetsReachDevice { endpoint.isHalted = false }
        }
        if resetsReachDevice { function.busReset() }
        advance(to: now &+ .milliseconds(50))
    }

    // MARK: - Transfers

    func submit(_ work: VirtualTransfer.Work, on endpoint: VirtualEndpoint, within limit: Duration)
        -> VirtualTransfer
    {
        submit(work, on: endpoint, within: limit, fault: takeFault())
    }
    func submit(
        _ work: VirtualTransfer.Work, on endpoint: VirtualEndpoint, within limit: Duration,
        fault: USBFaultPlan.Fault?
    ) -> VirtualTransfer {
        let number = recorder?.submitted(.init(work, on: endpoint.address), fault: fault, at: now)
        let transfer = VirtualTransfer(
            work, on: endpoint, within: limit, at: now, fault: fault, number: number ?? 0)
        if isPlugged {
            endpoint.queue.append(transfer)
        } else {
            end(transfer, .failure(.disconnected), at: now)
        }
        return transfer
    }

    /// Counts a transfer and says what is to go wrong with it.
    func takeFault() -> USBFaultPlan.Fault? {
        defer { transferCount += 1 }
        return faults.faults[transferCount]
    }

    /// Runs the bench until the transfer has an outcome, and the clock to the moment it came.
    func complete(_ transfer: VirtualTransfer) -> Result<[UInt8], USBError> {
        let start = now
        defer { statistics.linkTime &+= now &- start }
        while true {
            if let outcome = transfer.outcome {
                elapse(to: transfer.finishedAt)
                return outcome
            }
            guard let head = transfer.endpoint.queue.first else {
                preconditionFailure("a transfer without outcome is not in its endpoint's queue")
            }
            serve(head)
        }
    }

    /// Takes a transfer back that may have received something.
    func cancel(_ transfer: VirtualTransfer, received: [UInt8] = []) {
        guard transfer.outcome == nil else { return }
        transfer.endpoint.queue.removeAll { $0 === transfer }
        recorder?.cancelled(transfer.number, received: received, at: now)
        transfer.finish(.failure(.cancelled), at: now)
    }

    /// Lets time pass for device and target.
    func advance(to moment: Picoseconds) {
        if isPlugged { runDevice(until: moment) }
        elapse(to: moment)
    }
    func elapse(to moment: Picoseconds) { if moment > now { target.elapse(moment &- now) } }

    /// Executes everything that starts by `moment`; the last request may end later.
    private func runDevice(until moment: Picoseconds) {
        var isBusy = true
        while isBusy, isPlugged {
            isBusy = false
            for endpoint in endpoints {
                guard let head = endpoint.queue.first, head.fault == nil, !endpoint.isHalted else { continue }
                if endpoint.isIn ? finishRead(head, by: moment) : deliver(head, by: moment) { isBusy = true }
            }
            if let start = function.nextStart, start <= moment {
                function.step()
                isBusy = true
            }
        }
    }

    // MARK: - Serving the head of a queue

    /// Gives `head`, first in its endpoint's queue, an outcome.
    private func serve(_ head: VirtualTransfer) {
        if head.endpoint.isHalted { return fail(head, .stalled) }
        switch head.fault {
        case .disconnect:
            elapse(to: now &+ timing.handshake)
            return unplug(byFault: true)
        case .stall:
            if head.endpoint.isIn {
                while function.outbox.messages(on: head.endpoint.address) == 0, work(until: head.deadline) {}
                function.outbox.dropMessage(on: head.endpoint.address)
            }
            head.endpoint.isHalted = true
            return fail(head, .stalled)
        case .timeout: return timeOut(head, transferred: 0)
        case .short, nil: break
        }
        if head.endpoint.isIn {
            while !finishRead(head, by: head.deadline) {
                guard work(until: head.deadline) else { return abandonRead(head) }
            }
        } else {
            while !deliver(head, by: head.deadline) {
                guard let start = function.nextStart, start < head.deadline else {
                    return timeOut(head, transferred: 0)
                }
                function.step()
            }
        }
    }

    /// One step of the device towards an answer: packets that can be stored are, then a request is executed.
    private func work(until deadline: Picoseconds) -> Bool {
        for endpoint in endpoints where !endpoint.isIn && !endpoint.isHalted {
            while let head = endpoint.queue.first, head.fault == nil || head.fault == .short {
                guard deliver(head, by: min(head.deadline, deadline)) else { break }
            }
        }
        if let start = function.nextStart, start < deadline {
            function.step()
            return true
        }
        // A faulty OUT in the way is played before the device can be said to be silent.
        for endpoint in endpoints where !endpoint.isIn {
            guard let head = endpoint.queue.first, head.fault != nil else { continue }
            serve(head)
            return isPlugged
        }
        return false
    }

    /// False while the device has no room, or the packets would not arrive in time.
    func deliver(_ head: VirtualTransfer, by limit: Picoseconds) -> Bool {
        guard case .out(let payload) = head.work, let room = function.room(on: head.endpoint.address) else {
            return false
        }
        let start = max(head.submittedAt, head.endpoint.freeAt, room)
        let moments = timing.transfer(payload.count, on: head.endpoint, from: start)
        guard moments.crossed <= limit else { return false }
        let isShort = head.fault == .short
        let bytes = isShort ? Array(payload.prefix(payload.count / 2)) : payload
        head.endpoint.freeAt = moments.crossed
        head.endpoint.queue.removeFirst()
        statistics.count(bytes, isIn: false)
        // Without a data stage there is one zero-length packet.
        for offset in stride(from: 0, to: max(bytes.count, 1), by: head.endpoint.maxPacketSize) {
            let packet = Array(bytes[offset..<min(offset + head.endpoint.maxPacketSize, bytes.count)])
            function.receive(packet, on: head.endpoint.address, at: moments.crossed)
        }
        if isShort {
            expire(head, transferred: bytes.count)
        } else {
            end(head, .success([]), at: moments.completed)
        }
        return true
    }

    /// False while the packets at hand do not end the read within `limit`.
    func finishRead(_ head: VirtualTransfer, by limit: Picoseconds) -> Bool {
        guard case .read(let count) = head.work else { return false }
        var bytes: [UInt8] = []
        var ready = max(head.submittedAt, head.endpoint.freeAt)
        var (isOverflow, isComplete, taken) = (false, false, 0)
        for packet in function.outbox.packets(on: head.endpoint.address) {
            taken += 1
            ready = max(ready, packet.readyAt)
            isOverflow = bytes.count + packet.bytes.count > count
            bytes += packet.bytes
            isComplete =
                isOverflow || bytes.count == count || packet.bytes.count < head.endpoint.maxPacketSize
            if isComplete { break }
        }
        guard isComplete else { return false }
        let moments = timing.transfer(bytes.count, on: head.endpoint, from: ready)
        guard moments.completed <= min(limit, head.deadline) else { return false }
        function.outbox.removeFirst(taken, on: head.endpoint.address)
        head.endpoint.freeAt = moments.crossed
        head.endpoint.queue.removeFirst()
        if head.fault == .short { bytes = Array(bytes.prefix(bytes.count / 2)) }
        statistics.count(bytes, isIn: true)
        end(head, isOverflow ? .failure(.overflow(expected: count)) : .success(bytes), at: moments.completed)
        return true
    }

    /// What had come by the deadline went to the host and is lost.
    private func abandonRead(_ head: VirtualTransfer) {
        guard case .read(let count) = head.work, isPlugged else { return }
        let packets = function.outbox.packets(on: head.endpoint.address)
        let early = packets.prefix {
            $0.readyAt <= head.deadline && $0.bytes.count == head.endpoint.maxPacketSize
        }
        let moved = early.reduce(0) { $0 + $1.bytes.count }
        guard moved < count else { return timeOut(head, transferred: 0) }
        function.outbox.removeFirst(early.count, on: head.endpoint.address)
        timeOut(head, transferred: moved)
    }

    func fail(_ head: VirtualTransfer, _ error: USBError) {
        head.endpoint.queue.removeAll { $0 === head }
        let start = max(now, head.submittedAt, head.endpoint.freeAt)
        end(head, .failure(error), at: start &+ timing.handshake)
    }
    private func timeOut(_ head: VirtualTransfer, transferred: Int) {
        head.endpoint.queue.removeAll { $0 === head }
        statistics.timeouts += 1
        expire(head, transferred: transferred)
    }
    private func expire(_ head: VirtualTransfer, transferred: Int) {
        end(head, .failure(.timedOut(after: head.limit, transferred: transferred)), at: head.deadline)
    }
    /// Gives a transfer its outcome; a moment that never comes is written down as now.
    private func end(
        _ transfer: VirtualTransfer, _ outcome: Result<[UInt8], USBError>, at moment: Picoseconds
    ) {
        guard transfer.outcome == nil else { return }
        recorder?.ended(transfer.number, outcome, at: moment == .max ? now : moment)
        transfer.finish(outcome, at: moment)
    }
}
