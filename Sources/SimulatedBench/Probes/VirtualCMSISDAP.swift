// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A CMSIS-DAP probe at USB level: request and response buffers around the commands of ARM's reference firmware.
final class VirtualCMSISDAP: USBFunction {
    enum Port: UInt8 { case disabled = 0, serialWire = 1 }

    let personality: CMSISDAPPersonality
    let descriptors: DescriptorSet
    let outbox = Outbox()
    let wire: SerialWireHost
    var clock: ProbeClock { wire.clock }

    var port = Port.disabled
    var waitRetries = 100
    var matchRetries = 0
    var matchMask: UInt32 = 0
    var pins = (clock: true, data: true)

    private struct Request {
        var bytes: [UInt8]
        var arrival: Picoseconds
    }
    private var inbox: [Request] = []
    private var roomSince: Picoseconds = 0
    /// Packets of a request that is not complete yet (version 2).
    private var partial: [UInt8] = []
    /// When TransferAbort packets came in; they overtake what is queued.
    private var aborts: [Picoseconds] = []
    /// The last report sent: the next one is written over it, so its tail shows through.
    private var report = [UInt8](repeating: 0, count: 64)

    init(_ personality: CMSISDAPPersonality, wire: SerialWireHost) {
        (self.personality, self.wire) = (personality, wire)
        descriptors = personality.descriptors
        powerOnReset()
    }

    func powerOnReset() {
        disconnect()
        (waitRetries, matchRetries, matchMask) = (100, 0, 0)
        (wire.turnaround, wire.forcesDataPhase, wire.idleCycles) = (1, false, 0)
        wire.overhead = personality.transferOverhead
        wire.setFrequency(1_000_000)
        report = [UInt8](repeating: 0, count: 64)
        busReset()
    }
    func busReset() {
        (inbox, partial, aborts, roomSince) = ([], [], [], clock.now)
        outbox.removeAll()
    }

    /// All pins let go.
    func disconnect() {
        port = .disabled
        pins = (true, true)
        wire.holdsReset = false
    }

    // MARK: - USB

    /// A HID probe takes every report and drops what it has no buffer for; a bulk probe makes the host wait.
    func room(on endpoint: UInt8) -> Picoseconds? {
        guard endpoint == personality.endpoints.out else { return nil }
        return personality.transport == .hid || inbox.count < personality.packetCount ? roomSince : nil
    }

    func receive(_ packet: [UInt8], on endpoint: UInt8, at moment: Picoseconds) {
        switch personality.transport {
        case .hid:
            let padding = [UInt8](repeating: 0, count: max(0, personality.packetSize - packet.count))
            accept(packet + padding, at: moment)
        case .bulk:
            partial += packet
            let isComplete =
                packet.count < personality.endpoints.packetSize || partial.count >= personality.packetSize
            guard isComplete else { return }
            let request = partial
            partial = []
            accept(request, at: moment)
        }
    }

    private func accept(_ request: [UInt8], at moment: Picoseconds) {
        switch request.first {
        case nil: break
        case 0x07: aborts.append(moment)
        // The surplus report is lost.
        case _ where inbox.count >= personality.packetCount: break
        default: inbox.append(Request(bytes: request, arrival: moment))
        }
    }

    var nextStart: Picoseconds? {
        guard let first = inbox.first,
            outbox.messages(on: personality.endpoints.input) < personality.packetCount
        else { return nil }
        // Queued commands wait for a packet that is none.
        guard first.bytes.first == 0x7E, inbox.count < personality.packetCount else {
            return max(first.arrival, clock.now)
        }
        return inbox.first { $0.bytes.first != 0x7E }.map { max($0.arrival, clock.now) }
    }

    func step() {
        guard let start = nextStart else { return }
        let isFull = inbox.count >= personality.packetCount
        let request = inbox.removeFirst()
        clock.start(at: start)
        clock.spend(personality.requestOverhead)
        respond(process(request.bytes))
        if isFull { roomSince = clock.now }
    }

    private func respond(_ response: [UInt8]) {
        let endpoints = personality.endpoints
        // More than a buffer holds would have overwritten the firmware's own memory.
        let bytes = Array(response.prefix(personality.packetSize))
        switch personality.transport {
        case .hid:
            report.replaceSubrange(0..<min(bytes.count, report.count), with: bytes.prefix(report.count))
            outbox.send(report, on: endpoints.input, packetSize: endpoints.packetSize, at: clock.now)
        case .bulk:
            outbox.send(
                bytes, on: endpoints.input, packetSize: endpoints.packetSize, at: clock.now,
                withZeroLength: bytes.count < personality.packetSize)
        }
    }

    /// Forgets aborts that came before the transfer that starts now.
    func beginTransfer() { aborts.removeAll { $0 <= clock.now } }
    var isAborted: Bool { aborts.contains { $0 <= clock.now } }

    /// HID class requests (HID 1.11 §7.2) and the fetch of the MS OS 2.0 descriptors.
    func control(_ setup: SetupPacket, _ data: [UInt8], at moment: Picoseconds) -> [UInt8]? {
        switch (setup.kind, setup.request) {
        case (.classSpecific, 0x01) where personality.transport == .hid: return report
        case (.classSpecific, 0x02) where personality.transport == .hid: return [0]
        case (.classSpecific, 0x03) where personality.transport == .hid: return [1]
        case (.classSpecific, 0x09) where personality.transport == .hid && setup.value == 0x0200:
            receive(data, on: personality.endpoints.out, at: moment)
            return []
        case (.classSpecific, 0x0A) where personality.transport == .hid: return []
        case (.vendor, MicrosoftDescriptors.vendorRequest) where setup.index == 7:
            return descriptors.microsoft
        default: return nil
        }
    }
}
