// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How long transfers take on the cable: packets, frames and the host controller's own latency.
///
/// Full-speed bulk has no frame floor (19 packets of 64 bytes fit in a millisecond); interrupt endpoints move one
/// packet per frame, and high-speed hosts were seen to complete one transfer per endpoint and microframe.
struct LinkTiming {
    var speed: DescriptorSet.Speed

    /// When the packets have crossed the cable, and when the host's program learns of it.
    struct Moments {
        var crossed: Picoseconds
        var completed: Picoseconds
    }

    private static let fullSpeedPacket: Picoseconds = .nanoseconds(52_632)
    private static let fullSpeedLatency: Picoseconds = .microseconds(50)
    private static let frame: Picoseconds = .milliseconds(1)
    private static let microframe: Picoseconds = .microseconds(125)
    /// Packets of 512 bytes a host controller moves in one microframe.
    private static let packetsPerMicroframe = 10

    func transfer(_ bytes: Int, on endpoint: VirtualEndpoint, from start: Picoseconds) -> Moments {
        let packets = max(1, (bytes + endpoint.maxPacketSize - 1) / max(endpoint.maxPacketSize, 1))
        switch (speed, endpoint.isInterrupt) {
        case (.full, false):
            let crossed = start &+ Self.fullSpeedLatency &+ UInt64(packets) &* Self.fullSpeedPacket
            return Moments(crossed: crossed, completed: crossed &+ Self.fullSpeedLatency)
        case (.full, true): return onGrid(Self.frame, start, packets)
        case (.high, true): return onGrid(Self.microframe, start, packets)
        case (.high, false):
            let frames = (packets + Self.packetsPerMicroframe - 1) / Self.packetsPerMicroframe
            return onGrid(Self.microframe, start, frames)
        }
    }

    private func onGrid(_ grid: Picoseconds, _ start: Picoseconds, _ count: Int) -> Moments {
        let moment = (start / grid &+ UInt64(count)) &* grid
        return Moments(crossed: moment, completed: moment)
    }

    /// Set-up, data and status stage on endpoint 0.
    var control: Picoseconds { speed == .full ? .microseconds(300) : 2 &* Self.microframe }
    /// Time a NAKed or stalled transfer takes to fail.
    var handshake: Picoseconds { speed == .full ? Self.fullSpeedLatency : Self.microframe }
}
