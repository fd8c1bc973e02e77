// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The firmware of a virtual device: takes packets, works on the probe's clock, leaves answers in its outbox.
///
/// Receiving and executing are apart, as in a real probe: packets are stored as they arrive, and the host is made to
/// wait (NAK) only while there is no room.
protocol USBFunction: AnyObject {
    var descriptors: DescriptorSet { get }
    var outbox: Outbox { get }

    /// Since when a packet can be stored; nil while every buffer is taken.
    func room(on endpoint: UInt8) -> Picoseconds?
    /// Stores one packet of an OUT endpoint; only called when there is room for the transfer it belongs to.
    func receive(_ packet: [UInt8], on endpoint: UInt8, at moment: Picoseconds)
    /// When the next stored request starts; nil when there is none, or no room for its answer.
    var nextStart: Picoseconds? { get }
    /// Executes the next stored request.
    func step()
    /// A class or vendor request on endpoint 0; nil stalls.
    func control(_ setup: SetupPacket, _ data: [UInt8], at moment: Picoseconds) -> [UInt8]?
    /// USB bus reset: stored requests and answers are gone, the firmware's own state stays.
    func busReset()
    /// The probe was plugged in.
    func powerOnReset()
}

/// Packets waiting for the host, by IN endpoint; they survive whoever had the device open.
final class Outbox {
    struct Packet {
        var bytes: [UInt8]
        var readyAt: Picoseconds
        /// The last packet of what the firmware sent at once.
        var endsMessage: Bool
    }
    private var queues: [UInt8: [Packet]] = [:]

    /// Cuts a message into packets.
    ///
    /// A message that fills its last packet is ended by a zero-length packet only when asked: few firmwares
    /// do that.
    func send(
        _ bytes: [UInt8], on endpoint: UInt8, packetSize: Int, at moment: Picoseconds,
        withZeroLength: Bool = false
    ) {
        var packets = stride(from: 0, to: bytes.count, by: packetSize).map { start in
            Packet(
                bytes: Array(bytes[start..<min(start + packetSize, bytes.count)]), readyAt: moment,
                endsMessage: false)
        }
        if bytes.isEmpty || (withZeroLength && bytes.count % packetSize == 0) {
            packets.append(Packet(bytes: [], readyAt: moment, endsMessage: false))
        }
        packets[packets.count - 1].endsMessage = true
        queues[endpoint, default: []] += packets
    }

    func packets(on endpoint: UInt8) -> [Packet] { queues[endpoint] ?? [] }
    func removeFirst(_ count: Int, on endpoint: UInt8) { queues[endpoint]?.removeFirst(count) }
    /// Drops everything up to the end of the first message.
    func dropMessage(on endpoint: UInt8) {
        guard let queue = queues[endpoint], let end = queue.firstIndex(where: \.endsMessage) else { return }
        queues[endpoint]?.removeFirst(end + 1)
    }
    /// Answers nobody has fetched yet.
    func messages(on endpoint: UInt8) -> Int { packets(on: endpoint).count { $0.endsMessage } }
    func removeAll() { queues = [:] }
}
