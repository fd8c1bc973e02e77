// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Essentials
import Glibc

/// Gives the bus's devices out to other kernels, one client to a device (kernel documentation, usb/usbip_protocol).
///
/// A plug that is pulled closes its client's connection, and the client's kernel takes the device away. A client that
/// goes leaves the device reset, as Linux's own server does.
final class USBIPServer: BusFront, HostBusObserver {
    struct Refusal: Error {
        let status: USBIPReply.Status
    }
    let note: (String) -> Void
    private let bus: HostBus
    /// Nil where clients come only through ``take(_:peer:)``.
    private let listener: Int32?
    private var connections: [USBIPConnection] = []
    private var nextNumber: UInt64 = 1

    /// More than a bus has ports, for those that only ask.
    private static let connectionLimit = 32
    /// For a client to say what it wants.
    private static let patience: Duration = .seconds(10)

    init(_ bus: HostBus, listener: Int32?, note: @escaping (String) -> Void) {
        (self.bus, self.listener, self.note) = (bus, listener, note)
        bus.observers.append(self)
    }
    convenience init(_ bus: HostBus, on address: NetworkAddress, note: @escaping (String) -> Void)
        throws(BenchServerError)
    {
        self.init(bus, listener: try Self.listen(on: address), note: note)
    }
    deinit { if let listener { close(listener) } }

    private static func listen(on address: NetworkAddress) throws(BenchServerError) -> Int32 {
        let family = address.host.contains(":") ? AF_INET6 : AF_INET
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let listener = socket(family, type, 0)
        set(listener, SOL_SOCKET, SO_REUSEADDR, 1)
        let isBound = address.withSocketAddress { bind(listener, $0, $1) } ?? -1
        guard listener >= 0, isBound == 0, Glibc.listen(listener, 8) == 0 else {
            let detail = BenchServerError.lastDetail
            if listener >= 0 { close(listener) }
            throw .cannotListen(address: address.description, detail: detail)
        }
        return listener
    }

    /// Where it listens.
    func address() throws(BenchServerError) -> NetworkAddress {
        guard let listener, let address = NetworkAddress(ofSocket: listener) else {
            throw .system(operation: "reading the server's address", detail: BenchServerError.lastDetail)
        }
        return address
    }

    // MARK: - Devices

    /// What a client may import: plugged in, and nobody else's.
    var available: [HostDevice] { bus.devices.compactMap(\.self).filter { !isTaken($0) } }

    func device(_ busID: String) -> Result<HostDevice, Refusal> {
        guard let device = bus.devices.compactMap(\.self).first(where: { $0.name == busID }) else {
            return .failure(Refusal(status: .noSuchDevice))
        }
        return isTaken(device) ? .failure(Refusal(status: .busy)) : .success(device)
    }
    private func isTaken(_ device: HostDevice) -> Bool { connections.contains { $0.device === device } }

    func released(_ device: HostDevice, by connection: USBIPConnection) {
        note("\(connection.peer) lets go of \(device.name)")
        guard device.isConnected else { return }
        device.cancel(status: ECONNRESET) { $0.file == connection.number }
        device.reset()
    }

    // MARK: - HostBusObserver

    func attached(_ device: HostDevice) {}
    func changed(_ device: HostDevice) {}
    func detached(_ device: HostDevice) {
        for connection in connections where connection.device === device { connection.deviceHasLeft() }
        // The end of the connection is how a client's kernel learns of it, so it must not wait for the next turn.
        connections.removeAll(where: \.isClosed)
    }

    // MARK: - BusFront

    var interests: [BusInterest] {
        (listener.map { [BusInterest(descriptor: $0, events: Int16(POLLIN))] } ?? [])
            + connections.map(\.interest)
    }
    var nextDeadline: Duration? { connections.compactMap(\.deadline).min() }
    var isInUse: Bool { connections.contains { $0.device != nil } }

    func expire(at now: Duration) {
        for connection in connections where connection.deadline.map({ $0 <= now }) ?? false {
            connection.finish("it has not said what it wants")
        }
    }

    func serve(_ ready: Set<Int32>) -> Bool {
        for connection in connections where ready.contains(connection.descriptor) { connection.serve() }
        connections.removeAll(where: \.isClosed)
        if let listener, ready.contains(listener) { accept(listener) }
        return true
    }

    private func accept(_ listener: Int32) {
        let descriptor = shim_accept(listener)
        guard descriptor >= 0 else { return }
        guard connections.count < Self.connectionLimit else {
            note("too many clients; one is sent away")
            close(descriptor)
            return
        }
        Self.set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1)
        // A client whose machine has died must not keep its device for ever.
        Self.set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        for (option, value) in [(TCP_KEEPIDLE, 30), (TCP_KEEPINTVL, 10), (TCP_KEEPCNT, 3)] {
            Self.set(descriptor, IPPROTO_TCP, option, Int32(value))
        }
        take(descriptor, peer: NetworkAddress(ofPeer: descriptor)?.description ?? "a client")
    }

    /// Serves whoever is at the other end, and owns the descriptor.
    func take(_ descriptor: Int32, peer: String) {
        connections.append(
            USBIPConnection(
                descriptor, number: nextNumber, peer: peer, until: bus.now + Self.patience, server: self))
        nextNumber += 1
    }

    /// Options that make it better; without them it works as well.
    private static func set(_ descriptor: Int32, _ level: some BinaryInteger, _ option: Int32, _ value: Int32)
    {
        var value = value
        setsockopt(descriptor, Int32(level), option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
