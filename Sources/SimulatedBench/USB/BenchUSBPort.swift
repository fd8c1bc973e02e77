// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// The virtual probe as a host outside the bench sees it: transfers in any order, of any length, in real time.
///
/// Virtual time follows the host's work: an answer is there as soon as the device has computed it in virtual time,
/// however long that took. While the host does nothing it follows the wall clock, at most ``idleLimit`` in one call,
/// so that firmware and watchdogs go on; what cannot be kept up with is left out.
///
/// The owner calls ``advance(to:)`` when something has been submitted, and now and then. One thread at a time.
package final class BenchUSBPort {
    package enum Speed: Sendable { case full, high }

    package let bench: SimulatedBench
    private var controller: VirtualHostController { bench.controller }
    private var waiting: [PortTransfer] = []
    private var ended: [BenchURB.Completion] = []
    private var nextID: UInt64 = 1
    private var wall: Duration?
    private var injections: [Injection] = []

    /// Virtual time that passes in one call without work of the host.
    var idleLimit: Duration = .milliseconds(20)

    private struct Injection {
        var fault: USBFaultPlan.Fault
        /// Nil is any.
        var endpoint: UInt8?
        /// Transfers that go by before.
        var countdown: Int
    }

    /// The bench must not be driven through ``SimulatedBench/bus`` at the same time.
    package init(_ bench: SimulatedBench) { self.bench = bench }

    // MARK: - What enumeration asks for

    package var speed: Speed { controller.function.descriptors.speed == .high ? .high : .full }
    /// The device descriptor, 18 bytes.
    package var deviceDescriptor: [UInt8] { controller.function.descriptors.device }
    /// The one configuration with everything below it.
    package var configurationDescriptor: [UInt8] { controller.function.descriptors.configuration }
    /// String descriptors by index; 0 is the list of languages.
    package var stringDescriptors: [[UInt8]] { controller.function.descriptors.strings }

    // MARK: - The plug

    package var isPlugged: Bool { controller.isPlugged }
    /// Counts how often the device was plugged in; transfers of an earlier one never come back.
    package var generation: Int { controller.generation }

    package func unplug() { unplug(byFault: false) }
    private func unplug(byFault isFault: Bool) {
        controller.unplug(byFault: isFault)
        collect { $0.completion(.disconnected, moved: $0.movedSoFar) }
    }
    /// The device comes back as after power-on; pulls the plug first if need be.
    package func plug() {
        unplug()
        bench.replug()
    }

    // MARK: - Transfers

    /// Takes a transfer; its end comes out of ``advance(to:)``.
    package func submit(_ work: BenchURB.Work) -> UInt64 {
        defer { nextID += 1 }
        let endpoint: UInt8
        switch work {
        case .control: endpoint = 0
        case .out(_, let address, _), .read(_, let address): endpoint = address
        }
        let planned = controller.takeFault()
        let transfer = PortTransfer(nextID, work, fault: injected(on: endpoint) ?? planned)
        guard isPlugged else {
            ended.append(transfer.completion(.disconnected))
            return nextID
        }
        if start(transfer) {
            waiting.append(transfer)
        } else {
            ended.append(transfer.completion(.noSuchEndpoint))
        }
        return nextID
    }

    /// False when the endpoint does not exist or goes the other way.
    private func start(_ transfer: PortTransfer) -> Bool {
        switch transfer.work {
        case .control(let setup, let data):
            guard setup.count == 8 else { return false }
            let work = BenchTranscript.Work.control(setup: setup, data: data)
            transfer.number =
                controller.recorder?.submitted(work, fault: transfer.fault, at: controller.now) ?? 0
        case .out(let bytes, let address, let endsWithEmptyPacket):
            guard let endpoint = controller.endpoint(address), !endpoint.isIn else { return false }
            transfer.parts = [controller.submit(.out(bytes), on: endpoint, fault: transfer.fault)]
            let isFull = !bytes.isEmpty && bytes.count % max(endpoint.maxPacketSize, 1) == 0
            // One that goes wrong does not come to its last packet.
            if endsWithEmptyPacket, isFull, transfer.fault == nil {
                transfer.parts.append(controller.submit(.out([]), on: endpoint, fault: nil))
            }
        case .read(let count, let address):
            guard let endpoint = controller.endpoint(address), endpoint.isIn, count >= 0 else { return false }
            transfer.parts = [controller.submit(.read(count: count), on: endpoint, fault: transfer.fault)]
        }
        return true
    }

    /// Takes a transfer back; it ends as cancelled, or as what it became before.
    package func cancel(_ id: UInt64) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        if let ending = waiting[index].ending {
            ended.append(ending.completion)
        } else {
            ended.append(withdraw(waiting[index]))
        }
        waiting.remove(at: index)
    }
    private func withdraw(_ transfer: PortTransfer) -> BenchURB.Completion {
        if transfer.isControl { controller.recorder?.cancelled(transfer.number, at: controller.now) }
        let moved = transfer.movedSoFar
        let bytes = transfer.parts.flatMap { controller.withdraw($0) }
        return transfer.completion(.cancelled, bytes, moved: moved + bytes.count)
    }

    /// Lets the device work and, while the host rests, virtual time follow the wall clock.
    ///
    /// - Parameter wall: the wall clock, from any origin.
    /// - Returns: transfers that ended, in the order they did.
    package func advance(to wall: Duration) -> [BenchURB.Completion] {
        let passed = wall - (self.wall ?? wall)
        self.wall = wall
        let before = controller.now
        settle()
        let rest = passed - (controller.now &- before).duration
        if rest > .zero { idle(until: controller.now &+ Picoseconds(min(rest, idleLimit))) }
        defer { ended = [] }
        return ended
    }
    var now: Picoseconds { controller.now }
    /// Drops what has ended and nobody fetched.
    func forgetCompletions() { ended = [] }
    /// The host rests until `moment`.
    func idle(until moment: Picoseconds) {
        controller.advance(to: moment)
        settle()
    }

    /// Lets the device do everything it can with the transfers at hand.
    func settle() {
        var isBusy = true
        while isBusy {
            controller.serveAll()
            collect(isPlugged ? nil : { $0.completion(.disconnected, moved: $0.movedSoFar) })
            isBusy = serveControl()
        }
    }

    /// Moves what has ended to the list for the host; without an end of its own, what `ending` makes of it.
    private func collect(_ ending: ((PortTransfer) -> BenchURB.Completion)?) {
        var found: [(completion: BenchURB.Completion, at: Picoseconds)] = []
        waiting.removeAll { transfer in
            guard let end = transfer.ending ?? ending.map({ ($0(transfer), controller.now) }) else {
                return false
            }
            // Only a plug that was pulled ends one this way.
            if transfer.isControl { noteEnd(of: transfer, .failure(.disconnected)) }
            found.append(end)
            return true
        }
        found.sort { ($0.at, $0.completion.id) < ($1.at, $1.completion.id) }
        if let last = found.last, last.at < .max { controller.elapse(to: last.at) }
        ended += found.map(\.completion)
    }

    /// Endpoint 0 serves one request after the other.
    private func serveControl() -> Bool {
        guard let index = waiting.firstIndex(where: \.isControl) else { return false }
        let transfer = waiting[index]
        guard case .control(let setup, let data) = transfer.work, transfer.fault != .timeout else {
            return false
        }
        waiting.remove(at: index)
        let packet = SetupPacket(setup)
        let outcome = control(transfer, packet, data)
        noteEnd(of: transfer, outcome)
        switch outcome {
        case .success(let answer):
            ended.append(transfer.completion(.done, answer, moved: packet.isIn ? answer.count : data.count))
        case .failure(let error): ended.append(transfer.completion(BenchURB.Status(error)))
        }
        return true
    }
    private func control(_ transfer: PortTransfer, _ setup: SetupPacket, _ data: [UInt8])
        -> Result<[UInt8], USBError>
    {
        if transfer.fault == .disconnect { unplug(byFault: true) }
        guard isPlugged else { return .failure(.disconnected) }
        guard transfer.fault != .stall else { return .failure(.stalled) }
        let isCut = transfer.fault == .short
        return controller.perform(setup, data).map { isCut ? Array($0.prefix($0.count / 2)) : $0 }
    }
    private func noteEnd(of transfer: PortTransfer, _ outcome: Result<[UInt8], USBError>) {
        controller.recorder?.ended(transfer.number, outcome, at: controller.now)
    }

    // MARK: - What a host does besides transfers

    /// Takes every transfer back and resets the port; firmware and target go on.
    package func reset() {
        cancelAll { _ in true }
        if isPlugged { controller.resetPort() }
    }
    /// Takes back what waits on the endpoints that `isMeant`; tests of the servers choose which.
    package func cancelAll(where isMeant: (_ endpoint: UInt8) -> Bool) {
        for transfer in waiting {
            let endpoint = transfer.parts.first?.endpoint.address ?? 0
            if isMeant(endpoint) { cancel(transfer.id) }
        }
    }
    /// CLEAR_FEATURE(ENDPOINT_HALT) (USB 2.0 §9.4.5).
    package func clearHalt(_ endpoint: UInt8) -> Bool { request([0x02, 1, 0, 0, endpoint, 0, 0, 0]) }
    /// SET_CONFIGURATION; 0 leaves the device addressed only.
    package func setConfiguration(_ value: UInt8) -> Bool { request([0x00, 9, value, 0, 0, 0, 0, 0]) }
    /// SET_INTERFACE (USB 2.0 §9.4.10).
    package func setInterface(_ number: UInt8, alternate: UInt8) -> Bool {
        request([0x01, 11, alternate, 0, number, 0, 0, 0])
    }
    func request(_ setup: [UInt8]) -> Bool {
        guard isPlugged else { return false }
        collect(nil)
        let number = controller.recorder?.submitted(.request(setup: setup), fault: nil, at: controller.now)
        let outcome = controller.perform(SetupPacket(setup), [])
        controller.recorder?.ended(number ?? 0, outcome, at: controller.now)
        if case .success = outcome { return true }
        return false
    }

    /// Takes the board's supply away for a moment; the probe stays.
    package func powerCycleTarget() { bench.powerCycleTarget() }

    // MARK: - Faults

    /// Lets a transfer go wrong: on `endpoint` (nil is any), after `count` others there.
    package func inject(_ fault: USBFaultPlan.Fault, on endpoint: UInt8?, after count: Int) {
        injections.append(Injection(fault: fault, endpoint: endpoint, countdown: max(0, count)))
    }
    private func injected(on endpoint: UInt8) -> USBFaultPlan.Fault? {
        for index in injections.indices where (injections[index].endpoint ?? endpoint) == endpoint {
            injections[index].countdown -= 1
        }
        let due = injections.firstIndex { $0.countdown < 0 && ($0.endpoint ?? endpoint) == endpoint }
        guard let due else { return nil }
        return injections.remove(at: due).fault
    }
}
