// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// An ST-LINK at USB level: 16-byte commands, modes, status codes, one shared answer buffer.
///
/// JTAG and SWIM are not modelled: entering JTAG reports an unknown chain. Drive and serial port of a V2-1 or V3 are
/// there for the host's drivers, with nothing behind them.
final class VirtualSTLink: USBFunction {
    /// Answers to GET_CURRENT_MODE.
    enum Mode: UInt8 { case dfu = 0, massStorage = 1, debug = 2, swim = 3 }

    let personality: STLinkPersonality
    let descriptors: DescriptorSet
    let outbox = Outbox()
    let wire: SerialWireHost
    var firmware: STLinkFirmware { personality.firmware }
    private var clock: ProbeClock { wire.clock }

    var mode = Mode.massStorage
    var link: STLinkTarget
    /// The firmware has crashed; only a replug brings it back.
    private(set) var isHung = false
    /// Access ports opened with INIT_AP.
    var openPorts: Set<UInt8> = []
    /// Outcome of the last memory command, for GETLASTRWSTATUS.
    var lastStatus = STLinkStatus.okay
    var lastFaultAddress: UInt32 = 0
    /// Answers are built in here; short ones leave the rest of an earlier answer standing.
    private var answer = [UInt8](repeating: 0, count: 8)
    /// Results of RW_MISC_OUT until RW_MISC_IN fetches them.
    var scattered: [UInt8] = []
    /// Captured trace bytes nobody has read yet.
    private var trace: [UInt8] = []
    var isTracing = false
    var frequencies = (serialWire: UInt32(1_000), jtag: UInt32(1_000))

    private var storage = STLinkMassStorage()
    private var serialPort = STLinkSerialPort()

    private struct Packet {
        var bytes: [UInt8]
        var arrival: Picoseconds
    }
    private var inbox: [Packet] = []
    private var roomSince: Picoseconds = 0
    /// A command that waits for its data stage.
    private var unfinished: (command: STLinkCommandBlock, data: [UInt8], count: Int)?

    /// While one command is at work the next may be on its way; a data stage is let through as a whole.
    private static let inboxLimit = 2

    init(_ personality: STLinkPersonality, wire: SerialWireHost) {
        (self.personality, self.wire) = (personality, wire)
        descriptors = personality.descriptors
        link = STLinkTarget(
            wire: wire, firmware: personality.firmware, wordOverhead: personality.wordOverhead)
        powerOnReset()
    }

    func powerOnReset() {
        mode = personality.model == .v2 ? .dfu : .massStorage
        link = STLinkTarget(wire: wire, firmware: firmware, wordOverhead: personality.wordOverhead)
        (isHung, openPorts, lastStatus, lastFaultAddress) = (false, [], .okay, 0)
        answer = [UInt8](repeating: 0, count: 8)
        (scattered, trace, isTracing) = ([], [], false)
        frequencies = (1_000, 1_000)
        wire.setFrequency(
            personality.model == .v3
                ? frequencies.serialWire * 1_000 : STLinkPersonality.swdFrequency(divisor: 1))
        wire.turnaround = 1
        wire.idleCycles = 0
        wire.holdsReset = false
        serialPort = STLinkSerialPort()
        busReset()
    }
    func busReset() {
        storage.reset()
        (inbox, unfinished, roomSince) = ([], nil, clock.now)
        outbox.removeAll()
    }

    /// Bytes that arrived on SWO while tracing was on.
    func receiveTrace(_ bytes: [UInt8]) { if isTracing { trace += bytes } }
    func hang() { isHung = true }

    // MARK: - USB

    func control(_ setup: SetupPacket, _ data: [UInt8], at moment: Picoseconds) -> [UInt8]? {
        guard let companions = personality.companions, setup.recipient == .interface else { return nil }
        return switch setup.index {
        case companions.storage.interface: storage.control(setup)
        case companions.serial.interface: serialPort.control(setup, data)
        default: nil
        }
    }

    func room(on endpoint: UInt8) -> Picoseconds? {
        if let companions = personality.companions,
            endpoint == companions.storage.out || endpoint == companions.serial.out
        {
            return 0
        }
        guard endpoint == personality.endpoints.out, !isHung, inbox.count < Self.inboxLimit else {
            return nil
        }
        return roomSince
    }
    func receive(_ packet: [UInt8], on endpoint: UInt8, at moment: Picoseconds) {
        if let storage = personality.companions?.storage, endpoint == storage.out {
            for message in self.storage.take(packet) {
                outbox.send(
                    message, on: storage.input, packetSize: personality.endpoints.packetSize, at: moment)
            }
        }
        guard endpoint == personality.endpoints.out else { return }
        inbox.append(Packet(bytes: packet, arrival: moment))
    }
    var nextStart: Picoseconds? {
        guard !isHung, let first = inbox.first else { return nil }
        return max(first.arrival, clock.now)
    }

    func step() {
        guard !isHung, !inbox.isEmpty else { return }
        let packet = inbox.removeFirst()
        clock.start(at: packet.arrival)
        if unfinished != nil {
            take(packet.bytes)
        } else if !packet.bytes.isEmpty {
            begin(STLinkCommandBlock(packet.bytes))
        }
        if inbox.count == Self.inboxLimit - 1 { roomSince = clock.now }
    }

    private func begin(_ command: STLinkCommandBlock) {
        clock.spend(personality.commandOverhead)
        let count = dataStage(of: command)
        guard count == 0 else {
            unfinished = (command, [], count)
            return
        }
        execute(command, data: [])
    }
    private func take(_ bytes: [UInt8]) {
        unfinished?.data += bytes
        guard let stage = unfinished, stage.data.count >= stage.count else { return }
        unfinished = nil
        execute(stage.command, data: Array(stage.data.prefix(stage.count)))
    }

    // MARK: - Answers

    /// Sends `bytes` as they are.
    func send(_ bytes: [UInt8]) {
        let endpoints = personality.endpoints
        outbox.send(bytes, on: endpoints.input, packetSize: endpoints.packetSize, at: clock.now)
    }
    /// Two bytes: status and zero.
    func send(_ status: STLinkStatus) {
        (answer[0], answer[1]) = (status.rawValue, 0)
        send([status.rawValue, 0])
    }
    /// Status, two bytes of whatever was answered before, and words.
    func send(_ status: STLinkStatus, words: [UInt32]) {
        (answer[0], answer[1]) = (status.rawValue, 0)
        send(Array(answer[0..<4]) + words.flatMap(Self.bytes))
    }
    /// An answer that fills the shared buffer from its start.
    func sendBuffer(_ bytes: [UInt8]) {
        for (index, byte) in bytes.prefix(answer.count).enumerated() { answer[index] = byte }
        send(bytes)
    }
    static func bytes(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }

    /// GET_TRACE_NB, then the bytes themselves on the trace endpoint.
    func sendTrace() {
        let count = min(trace.count, 4_096)
        let endpoints = personality.endpoints
        send([UInt8(truncatingIfNeeded: count), UInt8(count >> 8)])
        guard count > 0 else { return }
        outbox.send(
            Array(trace.prefix(count)), on: endpoints.trace, packetSize: endpoints.packetSize, at: clock.now)
        trace.removeFirst(count)
    }
}
