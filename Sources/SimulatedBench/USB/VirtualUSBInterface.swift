// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// A claim on one interface of the virtual probe; ends with the device it was made on.
final class VirtualUSBInterface: USBInterface {
    let device: USBDeviceDescription
    let descriptor: USBInterfaceDescriptor
    private let bus: VirtualUSBBus
    private let generation: Int
    private var transfers: [UInt64: VirtualTransfer] = [:]
    private var nextTicket: UInt64 = 1
    private var isClosed = false

    init(bus: VirtualUSBBus, device: USBDeviceDescription, descriptor: USBInterfaceDescriptor) {
        (self.bus, self.device, self.descriptor) = (bus, device, descriptor)
        generation = bus.controller.generation
    }
    deinit { close() }

    private func controller() throws(USBError) -> VirtualHostController {
        guard !isClosed else { throw .noSuchInterface(number: descriptor.number) }
        guard bus.controller.isPlugged, bus.controller.generation == generation else { throw .disconnected }
        return bus.controller
    }
    private func endpoint(_ address: UInt8) throws(USBError) -> VirtualEndpoint {
        guard descriptor.endpoints.contains(where: { $0.address == address }),
            let endpoint = try controller().endpoint(address)
        else { throw .noSuchEndpoint(address: address) }
        return endpoint
    }

    func submit(_ bytes: [UInt8], to endpoint: UInt8, within limit: Duration) throws(USBError) -> USBTicket {
        guard endpoint & 0x80 == 0 else { throw .noSuchEndpoint(address: endpoint) }
        return try submit(.out(bytes), on: endpoint, within: limit)
    }
    func submitRead(_ count: Int, from endpoint: UInt8, within limit: Duration) throws(USBError) -> USBTicket
    {
        guard endpoint & 0x80 != 0 else { throw .noSuchEndpoint(address: endpoint) }
        return try submit(.read(count: max(count, 0)), on: endpoint, within: limit)
    }
    private func submit(
        _ work: VirtualTransfer.Work, on address: UInt8, within limit: Duration
    ) throws(USBError) -> USBTicket {
        let endpoint = try endpoint(address)
        let ticket = USBTicket(rawValue: nextTicket)
        nextTicket += 1
        transfers[ticket.rawValue] = try controller().submit(work, on: endpoint, within: limit)
        return ticket
    }

    func complete(_ ticket: USBTicket) throws(USBError) -> [UInt8] {
        guard let transfer = transfers.removeValue(forKey: ticket.rawValue) else { throw .cancelled }
        // A transfer that ended before the device went keeps its outcome.
        return try bus.controller.complete(transfer).get()
    }

    func cancel(_ ticket: USBTicket) {
        guard let transfer = transfers.removeValue(forKey: ticket.rawValue) else { return }
        bus.controller.advance(to: bus.controller.now)
        bus.controller.abandon(transfer)
    }

    func control(
        requestType: UInt8, request: UInt8, value: UInt16, index: UInt16, data: [UInt8], readCount: Int,
        within limit: Duration
    ) throws(USBError) -> [UInt8] {
        let isIn = requestType & 0x80 != 0
        let setup = SetupPacket(
            requestType: requestType, request: request, value: value, index: index,
            length: UInt16(clamping: isIn ? readCount : data.count))
        return try controller().control(setup, data, within: limit).get()
    }

    func clearHalt(_ endpoint: UInt8) throws(USBError) {
        _ = try self.endpoint(endpoint)
        _ = try control(
            requestType: 0x02, request: 1, value: 0, index: UInt16(endpoint), data: [], readCount: 0,
            within: .seconds(1))
    }

    func resetDevice() throws(USBError) { try controller().resetPort() }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        guard bus.controller.generation == generation else { return }
        // What has already crossed the cable is executed; its answer waits for the next one to claim the device.
        bus.controller.advance(to: bus.controller.now)
        for (_, transfer) in transfers.sorted(by: { $0.key < $1.key }) { bus.controller.abandon(transfer) }
        transfers = [:]
        bus.release(descriptor.number)
    }
}
