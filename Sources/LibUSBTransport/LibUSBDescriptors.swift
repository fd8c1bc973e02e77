// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import Foundation
import USBTransport

/// Descriptions made of what can be read without opening a device: libusb's cached descriptors, and the strings the
/// kernel keeps in sysfs.
enum LibUSBDescriptors {
    static func location(of device: OpaquePointer) -> USBLocation {
        // Seven tiers are all USB allows (USB 3.2 §4.1).
        var ports = [UInt8](repeating: 0, count: 7)
        let count = libusb_get_port_numbers(device, &ports, Int32(ports.count))
        return USBLocation(
            bus: libusb_get_bus_number(device), ports: Array(ports.prefix(max(0, Int(count)))),
            address: libusb_get_device_address(device))
    }

    /// Nil for a device whose descriptors cannot be read, and for root hubs.
    static func describe(_ device: OpaquePointer) -> USBDeviceDescription? {
        var descriptor = libusb_device_descriptor()
        guard libusb_get_device_descriptor(device, &descriptor) == 0 else { return nil }
        let location = location(of: device)
        guard !location.ports.isEmpty else { return nil }
        let node = "/sys/bus/usb/devices/\(location)"
        return USBDeviceDescription(
            location: location, vendorID: descriptor.idVendor, productID: descriptor.idProduct,
            release: descriptor.bcdDevice, deviceClass: descriptor.bDeviceClass, speed: speed(of: device),
            manufacturer: text("\(node)/manufacturer"), product: text("\(node)/product"),
            serialUnits: text("\(node)/serial").map { Array($0.utf16) },
            interfaces: interfaces(of: device, node: node))
    }

    private static func speed(of device: OpaquePointer) -> USBSpeed {
        switch UInt32(bitPattern: libusb_get_device_speed(device)) {
        case UInt32(LIBUSB_SPEED_LOW.rawValue): .low
        case UInt32(LIBUSB_SPEED_HIGH.rawValue): .high
        case UInt32(LIBUSB_SPEED_SUPER.rawValue), UInt32(LIBUSB_SPEED_SUPER_PLUS.rawValue): .super
        default: .full
        }
    }

    /// Interfaces of the active configuration, or of the first where none is active yet.
    private static func interfaces(of device: OpaquePointer, node: String) -> [USBInterfaceDescriptor] {
        var configuration: UnsafeMutablePointer<libusb_config_descriptor>?
        if libusb_get_active_config_descriptor(device, &configuration) != 0 {
            guard libusb_get_config_descriptor(device, 0, &configuration) == 0 else { return [] }
        }
        guard let configuration else { return [] }
        defer { libusb_free_config_descriptor(configuration) }
        let value = configuration.pointee.bConfigurationValue
        let interfaces = UnsafeBufferPointer(
            start: configuration.pointee.interface, count: Int(configuration.pointee.bNumInterfaces))
        return interfaces.flatMap { interface in
            UnsafeBufferPointer(start: interface.altsetting, count: max(0, Int(interface.num_altsetting))).map
            { setting in
                USBInterfaceDescriptor(
                    number: setting.bInterfaceNumber, alternate: setting.bAlternateSetting,
                    classCode: setting.bInterfaceClass, subclass: setting.bInterfaceSubClass,
                    protocolCode: setting.bInterfaceProtocol,
                    name: text("\(node):\(value).\(setting.bInterfaceNumber)/interface"),
                    endpoints: endpoints(of: setting))
            }
        }
    }

    private static func endpoints(of setting: libusb_interface_descriptor) -> [USBEndpointDescriptor] {
        UnsafeBufferPointer(start: setting.endpoint, count: Int(setting.bNumEndpoints)).compactMap {
            endpoint in
            guard let kind = USBEndpointDescriptor.Kind(rawValue: endpoint.bmAttributes & 3) else {
                return nil
            }
            return USBEndpointDescriptor(
                address: endpoint.bEndpointAddress, kind: kind,
                // Bits 12:11 are extra transactions of high-speed periodic endpoints (USB 2.0 §9.6.6).
                maxPacketSize: endpoint.wMaxPacketSize & 0x7FF, interval: endpoint.bInterval)
        }
    }

    /// A sysfs attribute without its line end; nil when the device has none.
    private static func text(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let line = data.last == 0x0A ? data.dropLast() : data[...]
        return String(decoding: line, as: UTF8.self)
    }
}
