// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import USBTransport

/// Descriptions made of what can be read without opening a device: libusb's cached descriptors, and the strings the
/// kernel keeps in sysfs.
enum LibUSBDescriptors {
    /// Tiers of hubs that USB allows, and so the length of a bus path (USB 3.2 §4.1).
    private static let mostPorts = 7

    static func location(of device: OpaquePointer) -> USBLocation {
        var ports = [UInt8](repeating: 0, count: mostPorts)
        let count = libusb_get_port_numbers(device, &ports, Int32(ports.count))
        return USBLocation(
            bus: libusb_get_bus_number(device), ports: Array(ports.prefix(max(0, Int(count)))),
            address: libusb_get_device_address(device))
    }

    /// Nil for a device whose descriptors cannot be read or that leaves while it is looked at, and for root hubs.
    static func describe(_ device: OpaquePointer) -> USBDeviceDescription? {
        var descriptor = libusb_device_descriptor()
        guard libusb_get_device_descriptor(device, &descriptor) == 0 else { return nil }
        let location = location(of: device)
        guard !location.ports.isEmpty else { return nil }
        let known = SysfsDevice(at: location)
        let description = USBDeviceDescription(
            location: location, vendorID: descriptor.idVendor, productID: descriptor.idProduct,
            release: descriptor.bcdDevice, deviceClass: descriptor.bDeviceClass, speed: speed(of: device),
            manufacturer: known.manufacturer?.fitToShow, product: known.product?.fitToShow,
            serialUnits: LibUSBSerialNumber.units(of: device, descriptor, in: known),
            interfaces: interfaces(of: device, known: known))
        // Its strings may have gone before it did.
        return known.hasLeft ? nil : description
    }

    private static func speed(of device: OpaquePointer) -> USBSpeed {
        switch UInt32(bitPattern: libusb_get_device_speed(device)) {
        case UInt32(LIBUSB_SPEED_LOW.rawValue): .low
        case UInt32(LIBUSB_SPEED_HIGH.rawValue): .high
        case UInt32(LIBUSB_SPEED_SUPER.rawValue), UInt32(LIBUSB_SPEED_SUPER_PLUS.rawValue): .super
        default: .full
        }
    }

    /// The active configuration, or the first where none is active yet; nil when neither can be made sense of.
    private static func withConfiguration<Result>(
        of device: OpaquePointer, _ body: (libusb_config_descriptor) -> Result
    ) -> Result? {
        var configuration: UnsafeMutablePointer<libusb_config_descriptor>?
        if libusb_get_active_config_descriptor(device, &configuration) != 0 {
            guard libusb_get_config_descriptor(device, 0, &configuration) == 0 else { return nil }
        }
        guard let configuration else { return nil }
        defer { libusb_free_config_descriptor(configuration) }
        return body(configuration.pointee)
    }

    /// bConfigurationValue, which SET_CONFIGURATION and sysfs names want.
    static func configurationValue(of device: OpaquePointer) -> UInt8? {
        withConfiguration(of: device) { $0.bConfigurationValue }
    }

    private static func interfaces(of device: OpaquePointer, known: SysfsDevice) -> [USBInterfaceDescriptor] {
        withConfiguration(of: device) { configuration in
            array(configuration.interface, configuration.bNumInterfaces).flatMap { interface in
                array(interface.altsetting, interface.num_altsetting).map { setting in
                    USBInterfaceDescriptor(
                        number: setting.bInterfaceNumber, alternate: setting.bAlternateSetting,
                        classCode: setting.bInterfaceClass, subclass: setting.bInterfaceSubClass,
                        protocolCode: setting.bInterfaceProtocol,
                        name: known.interfaceName(
                            setting.bInterfaceNumber, configuration: configuration.bConfigurationValue)?
                            .fitToShow,
                        endpoints: endpoints(of: setting))
                }
            }
        } ?? []
    }

    private static func endpoints(of setting: libusb_interface_descriptor) -> [USBEndpointDescriptor] {
        array(setting.endpoint, setting.bNumEndpoints).compactMap { endpoint in
            guard let kind = USBEndpointDescriptor.Kind(rawValue: endpoint.bmAttributes & 3) else {
                return nil
            }
            return USBEndpointDescriptor(
                address: endpoint.bEndpointAddress, kind: kind,
                // Bits 12:11 are extra transactions of high-speed periodic endpoints (USB 2.0 §9.6.6).
                maxPacketSize: endpoint.wMaxPacketSize & 0x7FF, interval: endpoint.bInterval)
        }
    }

    /// libusb leaves the pointer null where a device announced more than it described.
    private static func array<Element>(_ start: UnsafePointer<Element>?, _ count: some BinaryInteger)
        -> [Element]
    {
        guard let start, count > 0 else { return [] }
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}
