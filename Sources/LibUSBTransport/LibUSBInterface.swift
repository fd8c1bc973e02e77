// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import Essentials
package import USBTransport

/// A claimed interface of a real device.
package final class LibUSBInterface: USBInterface {
    /// The kernel takes this long at most to notice that a device has gone (hub polling and debounce); until then its
    /// transfers fail as if the cable were bad.
    private static let departureLimit: Duration = .milliseconds(500)
    /// For libusb to give a transfer back after its own limit, or after it was cancelled.
    private static let returnLimit: Duration = .seconds(5)

    package var device: USBDeviceDescription { claim?.device ?? lastDevice }
    package let descriptor: USBInterfaceDescriptor

    private var lastDevice: USBDeviceDescription
    private var claim: LibUSBClaim?
    private var pending: [USBTicket: LibUSBTransfer] = [:]
    private var nextTicket: UInt64 = 0
    /// Somebody was told that the device is gone.
    private var isGone = false

    init(_ claim: LibUSBClaim, descriptor: USBInterfaceDescriptor) {
        (self.claim, self.descriptor, lastDevice) = (claim, descriptor, claim.device)
    }

    deinit { close() }

    package func submit(_ bytes: [UInt8], to endpoint: UInt8, within limit: Duration) throws(USBError)
        -> USBTicket
    {
        try start(.out(bytes), on: endpoint, limit: limit)
    }

    package func submitRead(_ count: Int, from endpoint: UInt8, within limit: Duration) throws(USBError)
        -> USBTicket
    {
        try start(.read(max(0, count)), on: endpoint, limit: limit)
    }

    private func start(
        _ work: LibUSBTransfer.Work, on address: UInt8, limit: Duration
    ) throws(USBError) -> USBTicket {
        let claim = try openClaim()
        guard let endpoint = descriptor.endpoints.first(where: { $0.address == address }),
            endpoint.isIn == work.isIn, endpoint.kind == .bulk || endpoint.kind == .interrupt
        else {
            throw .noSuchEndpoint(address: address)
        }
        let transfer = try LibUSBTransfer(work, on: endpoint, of: claim.handle, limit: limit)
        let result = libusb_submit_transfer(transfer.transfer)
        guard result == 0 else { throw failure(result, operation: "libusb_submit_transfer") }
        let ticket = USBTicket(rawValue: nextTicket)
        nextTicket += 1
        pending[ticket] = transfer
        return ticket
    }

    package func complete(_ ticket: USBTicket) throws(USBError) -> [UInt8] {
        guard let transfer = pending[ticket] else { throw .cancelled }
        let patience = transfer.limit + Self.returnLimit
        guard try openClaim().handleEvents(of: transfer, within: patience) else {
            throw .system(operation: "libusb_handle_events", detail: "a transfer does not come back")
        }
        pending[ticket] = nil
        do throws(USBError) { return try transfer.result() } catch {
            if case .transferFailed = error, isLeaving { throw remembered(.disconnected) }
            throw remembered(error)
        }
    }

    package func cancel(_ ticket: USBTicket) {
        guard let transfer = pending.removeValue(forKey: ticket) else { return }
        abandon([transfer])
    }

    package func control(
        requestType: UInt8, request: UInt8, value: UInt16, index: UInt16, data: [UInt8], readCount: Int,
        within limit: Duration
    ) throws(USBError) -> [UInt8] {
        let claim = try openClaim()
        let isIn = requestType & 0x80 != 0
        let length = isIn ? max(0, readCount) : data.count
        guard let wireLength = UInt16(exactly: length) else { throw .overflow(expected: Int(UInt16.max)) }
        var buffer = isIn ? [UInt8](repeating: 0, count: length) : data
        let result = libusb_control_transfer(
            claim.handle, requestType, request, value, index, &buffer, wireLength,
            LibUSBTransfer.milliseconds(limit))
        guard result >= 0 else {
            if result == LIBUSB_ERROR_TIMEOUT.rawValue { throw .timedOut(after: limit, transferred: 0) }
            throw failure(result, operation: "libusb_control_transfer")
        }
        guard isIn else {
            guard Int(result) == length else {
                throw .transferFailed(detail: "\(result) of \(length) bytes were taken")
            }
            return []
        }
        return Array(buffer.prefix(Int(result)))
    }

    package func clearHalt(_ endpoint: UInt8) throws(USBError) {
        let result = libusb_clear_halt(try openClaim().handle, endpoint)
        guard result == 0 else { throw failure(result, operation: "libusb_clear_halt") }
    }

    package func resetDevice() throws(USBError) {
        let claim = try openClaim()
        // Nothing that was unplugged comes back by itself, as a device may that a reset made enumerate again.
        guard !isGone else { throw .disconnected }
        abandonAll()
        let result = libusb_reset_device(claim.handle)
        switch result {
        case 0: return
        case LIBUSB_ERROR_NOT_FOUND.rawValue, LIBUSB_ERROR_NO_DEVICE.rawValue:
            // It came back with other descriptors or under another address: a device to be claimed anew.
            lastDevice = claim.device
            claim.close()
            self.claim = nil
            self.claim = try LibUSBClaim.again(claim)
        default: throw failure(result, operation: "libusb_reset_device")
        }
    }

    package func close() {
        guard let claim else { return }
        abandonAll()
        claim.close()
        lastDevice = claim.device
        self.claim = nil
    }
}

extension LibUSBInterface {
    private func openClaim() throws(USBError) -> LibUSBClaim {
        guard let claim else { throw .disconnected }
        return claim
    }

    private func failure(_ code: Int32, operation: String) -> USBError {
        if code == LIBUSB_ERROR_IO.rawValue, isLeaving { return remembered(.disconnected) }
        return remembered(LibUSB.error(code, operation: operation, device: device))
    }
    private func remembered(_ error: USBError) -> USBError {
        if error == .disconnected { isGone = true }
        return error
    }

    /// Whether the device goes away within the time a departure takes to be noticed.
    ///
    /// Events are handled meanwhile, so that what else was in flight comes back.
    private var isLeaving: Bool {
        guard let claim else { return true }
        let known = SysfsDevice(at: claim.device.location)
        do throws(USBError) {
            return try claim.context.handleEvents(within: Self.departureLimit, slice: .milliseconds(20)) {
                known.hasLeft
            }
        } catch {
            // The error that led here is reported instead.
            return known.hasLeft
        }
    }

    private func abandonAll() {
        // In submission order, for a reproducible trace.
        let transfers = pending.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value)
        pending = [:]
        abandon(transfers)
    }

    /// libusb owns the buffers until each callback came, so cancelling means waiting for it.
    private func abandon(_ transfers: [LibUSBTransfer]) {
        guard let claim else { return }
        for transfer in transfers where !transfer.isCompleted {
            // NOT_FOUND: it completed meanwhile; the callback is on its way.
            _ = libusb_cancel_transfer(transfer.transfer)
        }
        for transfer in transfers {
            do throws(USBError) {
                if try claim.handleEvents(of: transfer, within: Self.returnLimit) { continue }
            } catch {
                // As if it had not come back; whoever uses the interface next meets the same failure.
            }
            // The memory must never be reused while libusb or the kernel may still write to it.
            _ = Unmanaged.passRetained(transfer)
        }
    }
}
