// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
package import USBTransport

/// The machine's own USB, through libusb-1.0.
///
/// No event thread: completions are collected by whoever waits for one, on the thread that owns the bus.
package final class LibUSBBus: USBBus {
    let context: OpaquePointer

    /// - Throws: ``USBError/system(operation:detail:)`` where there is no USB at all.
    package init() throws(USBError) {
        var context: OpaquePointer?
        let result = libusb_init(&context)
        guard result == 0, let context else {
            throw .system(operation: "libusb_init", detail: LibUSB.name(result))
        }
        self.context = context
    }

    deinit { libusb_exit(context) }

    package func devices() throws(USBError) -> [USBDeviceDescription] {
        var found: [USBDeviceDescription] = []
        try forEachDevice { device in
            if let description = LibUSBDescriptors.describe(device) { found.append(description) }
            return true
        }
        return found.sorted { left, right in
            (left.location.bus, left.location.address) < (right.location.bus, right.location.address)
        }
    }

    package func claim(interface number: UInt8, of device: USBDeviceDescription) throws(USBError)
        -> any USBInterface
    {
        guard let descriptor = device.interfaces.first(where: { $0.number == number && $0.alternate == 0 })
        else {
            throw .noSuchInterface(number: number)
        }
        let handle = try open(device)
        do throws(USBError) {
            try claim(number, on: handle, of: device)
        } catch {
            libusb_close(handle)
            throw error
        }
        return LibUSBInterface(bus: self, handle: handle, device: device, descriptor: descriptor)
    }

    private func open(_ wanted: USBDeviceDescription) throws(USBError) -> OpaquePointer {
        var handle: OpaquePointer?
        var result = LIBUSB_ERROR_NO_DEVICE.rawValue
        try forEachDevice { device in
            guard LibUSBDescriptors.location(of: device) == wanted.location else { return true }
            result = libusb_open(device, &handle)
            return false
        }
        if let handle { return handle }
        throw LibUSB.error(result, operation: "libusb_open", device: wanted)
    }

    private func claim(_ number: UInt8, on handle: OpaquePointer, of device: USBDeviceDescription)
        throws(USBError)
    {
        // The kernel's HID driver comes back by itself when the interface is released. A platform that cannot detach
        // says so here, and the claim below fails with its own reason if a driver was in the way.
        _ = libusb_set_auto_detach_kernel_driver(handle, 1)
        try configure(handle, of: device)
        let result = libusb_claim_interface(handle, Int32(number))
        guard result == 0 else {
            throw LibUSB.error(result, operation: "libusb_claim_interface", device: device)
        }
    }

    /// Selects configuration 1 where another, or none, is active; an active one is left alone, since selecting it again
    /// would reset the device's other interfaces.
    private func configure(_ handle: OpaquePointer, of device: USBDeviceDescription) throws(USBError) {
        var active: Int32 = 0
        let result = libusb_get_configuration(handle, &active)
        guard result == 0 else {
            throw LibUSB.error(result, operation: "libusb_get_configuration", device: device)
        }
        guard active == 0 else { return }
        let selected = libusb_set_configuration(handle, 1)
        guard selected == 0 else {
            throw LibUSB.error(selected, operation: "libusb_set_configuration", device: device)
        }
    }

    /// Calls `body` for each device until it returns false.
    private func forEachDevice(_ body: (OpaquePointer) -> Bool) throws(USBError) {
        var list: UnsafeMutablePointer<OpaquePointer?>?
        let count = libusb_get_device_list(context, &list)
        guard count >= 0, let list else {
            throw .system(
                operation: "libusb_get_device_list", detail: LibUSB.name(Int32(truncatingIfNeeded: count)))
        }
        defer { libusb_free_device_list(list, 1) }
        for index in 0..<count {
            guard let device = list[index] else { continue }
            if !body(device) { return }
        }
    }
}
