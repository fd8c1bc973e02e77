// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Where a device is plugged in: `3-1.4` and the address the bus gave it.
package struct USBLocation: Hashable, Sendable, CustomStringConvertible {
    package let bus: UInt8
    package let ports: [UInt8]
    package let address: UInt8

    package init(bus: UInt8, ports: [UInt8], address: UInt8) {
        (self.bus, self.ports, self.address) = (bus, ports, address)
    }
    package var description: String { "\(bus)-\(ports.map(String.init).joined(separator: "."))" }
}

package enum USBSpeed: String, Hashable, Sendable { case low, full, high, `super` }

/// Endpoint descriptor (USB 2.0 §9.6.6).
package struct USBEndpointDescriptor: Hashable, Sendable {
    package enum Kind: UInt8, Sendable { case control, isochronous, bulk, interrupt }

    /// Bit 7 set: IN, towards the host.
    package let address: UInt8
    package let kind: Kind
    /// Bytes.
    package let maxPacketSize: UInt16
    package let interval: UInt8

    package init(address: UInt8, kind: Kind, maxPacketSize: UInt16, interval: UInt8 = 0) {
        (self.address, self.kind, self.maxPacketSize, self.interval) = (
            address, kind, maxPacketSize, interval
        )
    }
    package var isIn: Bool { address & 0x80 != 0 }
}

/// One alternate setting of an interface (USB 2.0 §9.6.5), with its endpoints in descriptor order.
package struct USBInterfaceDescriptor: Hashable, Sendable {
    package let number: UInt8
    package let alternate: UInt8
    package let classCode: UInt8, subclass: UInt8, protocolCode: UInt8
    /// iInterface as text; nil when absent or unreadable without opening the device.
    package let name: String?
    package let endpoints: [USBEndpointDescriptor]

    package init(
        number: UInt8, alternate: UInt8 = 0, classCode: UInt8, subclass: UInt8, protocolCode: UInt8,
        name: String? = nil, endpoints: [USBEndpointDescriptor]
    ) {
        (self.number, self.alternate) = (number, alternate)
        (self.classCode, self.subclass, self.protocolCode) = (classCode, subclass, protocolCode)
        (self.name, self.endpoints) = (name, endpoints)
    }
}

/// What enumeration tells about a device, without claiming anything.
package struct USBDeviceDescription: Hashable, Sendable {
    package let location: USBLocation
    package let vendorID: UInt16, productID: UInt16
    /// bcdDevice.
    package let release: UInt16
    package let deviceClass: UInt8
    package let speed: USBSpeed
    package let manufacturer: String?, product: String?
    /// iSerialNumber as UTF-16 code units: old ST-LINK firmware puts raw bytes there, which are no valid text.
    package let serialUnits: [UInt16]?
    package let interfaces: [USBInterfaceDescriptor]

    package init(
        location: USBLocation, vendorID: UInt16, productID: UInt16, release: UInt16, deviceClass: UInt8 = 0,
        speed: USBSpeed, manufacturer: String?, product: String?, serialUnits: [UInt16]?,
        interfaces: [USBInterfaceDescriptor]
    ) {
        self.location = location
        (self.vendorID, self.productID, self.release) = (vendorID, productID, release)
        (self.deviceClass, self.speed) = (deviceClass, speed)
        (self.manufacturer, self.product, self.serialUnits) = (manufacturer, product, serialUnits)
        self.interfaces = interfaces
    }
}
