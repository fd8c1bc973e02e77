// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import Foundation
import USBTransport

/// An open device of which one interface is ours; the kernel's driver comes back when it is released.
struct LibUSBClaim {
    let context: LibUSBContext
    let handle: OpaquePointer
    let device: USBDeviceDescription
    let interface: UInt8

    /// Opens `device` and takes the interface, from a kernel driver if need be.
    init(_ interface: UInt8, of device: USBDeviceDescription, in context: LibUSBContext) throws(USBError) {
        (self.context, self.device, self.interface) = (context, device, interface)
        handle = try Self.open(device, in: context)
        do throws(USBError) {
            try configure()
            try take()
        } catch {
            libusb_close(handle)
            throw error
        }
    }

    /// Handles events until the transfer is back; false when it is not within the limit.
    func handleEvents(of transfer: LibUSBTransfer, within limit: Duration) throws(USBError) -> Bool {
        try context.handleEvents(within: limit, completed: transfer.completed) { transfer.isCompleted }
    }

    /// Gives interface and device back.
    ///
    /// Nothing may be in flight.
    func close() {
        // Fails only when the device is gone, and then there is nothing left to release.
        _ = libusb_release_interface(handle, Int32(interface))
        libusb_close(handle)
    }

    private static func open(
        _ wanted: USBDeviceDescription, in context: LibUSBContext
    ) throws(USBError) -> OpaquePointer {
        var handle: OpaquePointer?
        var result = LIBUSB_ERROR_NO_DEVICE.rawValue
        try context.forEachDevice { device in
            guard LibUSBDescriptors.location(of: device) == wanted.location else { return true }
            result = libusb_open(device, &handle)
            return false
        }
        if let handle { return handle }
        let node = LibUSB.devicePath(wanted.location)
        // libusb takes a missing node for a missing device.
        if result == LIBUSB_ERROR_NO_DEVICE.rawValue, SysfsDevice(at: wanted.location).isPresent,
            !FileManager.default.fileExists(atPath: node)
        {
            throw .noDeviceNode(device: node)
        }
        throw LibUSB.error(result, operation: "libusb_open", device: wanted)
    }

    /// Selects a configuration where none is active; an active one is left alone, since selecting it again would reset
    /// the device's other interfaces.
    private func configure() throws(USBError) {
        var active: Int32 = 0
        let result = libusb_get_configuration(handle, &active)
        guard result == 0 else {
            throw LibUSB.error(result, operation: "libusb_get_configuration", device: device)
        }
        guard active == 0 else { return }
        let first = libusb_get_device(handle).flatMap(LibUSBDescriptors.configurationValue)
        let selected = libusb_set_configuration(handle, Int32(first ?? 1))
        guard selected == 0 else {
            throw LibUSB.error(selected, operation: "libusb_set_configuration", device: device)
        }
    }

    private func take() throws(USBError) {
        // The kernel's HID driver comes back by itself when the interface is released. A platform that cannot detach
        // says so here, and the claim below fails with its own reason if a driver was in the way.
        _ = libusb_set_auto_detach_kernel_driver(handle, 1)
        let result = libusb_claim_interface(handle, Int32(interface))
        guard result != LIBUSB_ERROR_BUSY.rawValue else {
            throw .busy(device: LibUSB.devicePath(device.location), holder: holder)
        }
        guard result == 0 else {
            throw LibUSB.error(result, operation: "libusb_claim_interface", device: device)
        }
    }

    /// The program that has the interface, or the kernel driver that would not let go of it.
    private var holder: String? {
        if let value = libusb_get_device(handle).flatMap(LibUSBDescriptors.configurationValue),
            let driver = SysfsDevice(at: device.location).driver(
                ofInterface: interface, configuration: value),
            driver != "usbfs"
        {
            return "the kernel's driver \(driver)"
        }
        return DeviceHolder().name(for: LibUSB.devicePath(device.location))
    }
}
