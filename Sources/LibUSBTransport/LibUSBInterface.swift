// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import Essentials
package import USBTransport

/// A claimed interface of a real device.
package final class LibUSBInterface: USBInterface {
    package let device: USBDeviceDescription
    package let descriptor: USBInterfaceDescriptor

    /// Keeps libusb's context alive as long as the handle.
    private let bus: LibUSBBus
    private var handle: OpaquePointer?
    private var pending: [USBTicket: LibUSBTransfer] = [:]
    private var nextTicket: UInt64 = 0

    init(
        bus: LibUSBBus, handle: OpaquePointer, device: USBDeviceDescription,
        descriptor: USBInterfaceDescriptor
    ) {
        (self.bus, self.handle, self.device, self.descriptor) = (bus, handle, device, descriptor)
    }

    deinit { close() }

    package func submit(_ bytes: [UInt8], to endpoint: UInt8, within limit: Duration) throws(USBError)
        -> USBTicket
    {
        try start(endpoint, isIn: false, outgoing: bytes, readCount: 0, limit: limit)
    }

    package func submitRead(_ count: Int, from endpoint: UInt8, within limit: Duration) throws(USBError)
        -> USBTicket
    {
        try start(endpoint, isIn: true, outgoing: [], readCount: max(0, count), limit: limit)
    }

    private func start(
        _ address: UInt8, isIn: Bool, outgoing: [UInt8], readCount: Int, limit: Duration
    ) throws(USBError) -> USBTicket {
        let handle = try openHandle()
        guard let endpoint = descriptor.endpoints.first(where: { $0.address == address }),
            endpoint.isIn == isIn
        else {
            throw .noSuchEndpoint(address: address)
        }
        let transfer = try LibUSBTransfer(
            handle: handle, endpoint: endpoint, outgoing: outgoing, readCount: readCount, limit: limit)
        let result = libusb_submit_transfer(transfer.transfer)
        guard result == 0 else {
            throw LibUSB.error(result, operation: "libusb_submit_transfer", device: device)
        }
        let ticket = USBTicket(rawValue: nextTicket)
        nextTicket += 1
        pending[ticket] = transfer
        return ticket
    }

    package func complete(_ ticket: USBTicket) throws(USBError) -> [UInt8] {
        guard let transfer = pending[ticket] else { throw .cancelled }
        try pump(until: transfer)
        pending[ticket] = nil
        return try transfer.result()
    }

    package func cancel(_ ticket: USBTicket) {
        guard let transfer = pending[ticket] else { return }
        abandon([(ticket, transfer)])
    }

    package func control(
        requestType: UInt8, request: UInt8, value: UInt16, index: UInt16, data: [UInt8], readCount: Int,
        within limit: Duration
    ) throws(USBError) -> [UInt8] {
        let handle = try openHandle()
        let isIn = requestType & 0x80 != 0
        let length = isIn ? readCount : data.count
        guard let wireLength = UInt16(exactly: length) else { throw .overflow(expected: Int(UInt16.max)) }
        var buffer = isIn ? [UInt8](repeating: 0, count: length) : data
        let result = libusb_control_transfer(
            handle, requestType, request, value, index, &buffer, wireLength,
            LibUSBTransfer.milliseconds(limit))
        guard result >= 0 else {
            if result == LIBUSB_ERROR_TIMEOUT.rawValue { throw .timedOut(after: limit, transferred: 0) }
            throw LibUSB.error(result, operation: "libusb_control_transfer", device: device)
        }
        return isIn ? Array(buffer.prefix(Int(result))) : []
    }

    package func clearHalt(_ endpoint: UInt8) throws(USBError) {
        let result = libusb_clear_halt(try openHandle(), endpoint)
        guard result == 0 else { throw LibUSB.error(result, operation: "libusb_clear_halt", device: device) }
    }

    package func resetDevice() throws(USBError) {
        let handle = try openHandle()
        abandonAll()
        let result = libusb_reset_device(handle)
        // NOT_FOUND: the device came back with other descriptors or another address; this claim is dead.
        guard result != LIBUSB_ERROR_NOT_FOUND.rawValue else { throw .disconnected }
        guard result == 0 else {
            throw LibUSB.error(result, operation: "libusb_reset_device", device: device)
        }
    }

    package func close() {
        guard let handle else { return }
        abandonAll()
        // Fails only when the device is gone, and then there is nothing left to release.
        _ = libusb_release_interface(handle, Int32(descriptor.number))
        libusb_close(handle)
        self.handle = nil
    }

    private func openHandle() throws(USBError) -> OpaquePointer {
        guard let handle else { throw .disconnected }
        return handle
    }

    private func abandonAll() {
        // In submission order, for a reproducible trace.
        abandon(pending.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) })
    }

    /// libusb owns the buffers until each callback came, so cancelling means waiting for it.
    private func abandon(_ transfers: [(USBTicket, LibUSBTransfer)]) {
        for (_, transfer) in transfers where !transfer.isCompleted {
            // NOT_FOUND: it completed meanwhile; the callback is on its way.
            _ = libusb_cancel_transfer(transfer.transfer)
        }
        for (ticket, transfer) in transfers {
            do throws(USBError) { try pump(until: transfer) } catch {
                // The event loop itself is broken: the memory must never be reused while the kernel may write to it.
                _ = Unmanaged.passRetained(transfer)
            }
            pending[ticket] = nil
        }
    }

    /// Handles events until `transfer` is complete; its own time-out inside libusb bounds the wait.
    private func pump(until transfer: LibUSBTransfer) throws(USBError) {
        while !transfer.isCompleted {
            var slice = timeval(tv_sec: 1, tv_usec: 0)
            let result = libusb_handle_events_timeout_completed(bus.context, &slice, transfer.completed)
            guard result == 0 || result == LIBUSB_ERROR_INTERRUPTED.rawValue else {
                throw .system(operation: "libusb_handle_events", detail: LibUSB.name(result))
            }
        }
    }
}
