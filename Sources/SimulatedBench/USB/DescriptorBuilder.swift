// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Writes descriptor bytes (USB 2.0 §9.6).
struct DescriptorBuilder {
    private var strings: [[UInt8]] = [[4, 3, 9, 4]]
    private var interfaces: [UInt8] = []
    private var interfaceCount: UInt8 = 0
    private var reports: [(interface: UInt8, bytes: [UInt8])] = []

    struct Endpoint {
        var address: UInt8
        /// 2 bulk, 3 interrupt.
        var attributes: UInt8
        var maxPacketSize: UInt16
        var interval: UInt8

        static func bulk(_ address: UInt8, _ size: UInt16) -> Endpoint {
            Endpoint(address: address, attributes: 2, maxPacketSize: size, interval: 0)
        }
        static func interrupt(_ address: UInt8, _ size: UInt16, interval: UInt8) -> Endpoint {
            Endpoint(address: address, attributes: 3, maxPacketSize: size, interval: interval)
        }
    }

    static func u16(_ value: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }

    /// The index of a text; nil text is index 0, no string.
    mutating func string(_ text: String?) -> UInt8 {
        guard let text else { return 0 }
        return string(units: Array(text.utf16))
    }
    mutating func string(units: [UInt16]) -> UInt8 {
        strings.append([UInt8(2 + units.count * 2), 3] + units.flatMap(Self.u16))
        return UInt8(strings.count - 1)
    }

    /// Gives the interface's number.
    ///
    /// `functional` goes between the interface and its endpoints.
    @discardableResult
    mutating func interface(
        _ classCode: UInt8, _ subclass: UInt8, _ protocolCode: UInt8, name: UInt8, functional: [UInt8] = [],
        _ endpoints: [Endpoint]
    ) -> UInt8 {
        let number = interfaceCount
        interfaceCount += 1
        interfaces += [9, 4, number, 0, UInt8(endpoints.count), classCode, subclass, protocolCode, name]
        interfaces += functional
        for endpoint in endpoints {
            interfaces += [7, 5, endpoint.address, endpoint.attributes]
            interfaces += Self.u16(endpoint.maxPacketSize) + [endpoint.interval]
        }
        return number
    }
    /// Groups the next `count` interfaces (interface association, USB 2.0 ECN).
    mutating func association(of count: UInt8, _ classCode: UInt8, _ subclass: UInt8, _ protocolCode: UInt8) {
        interfaces += [8, 0x0B, interfaceCount, count, classCode, subclass, protocolCode, 0]
    }
    mutating func report(of interface: UInt8, _ bytes: [UInt8]) { reports.append((interface, bytes)) }

    struct Identity {
        var vendorID: UInt16, productID: UInt16
        /// bcdDevice.
        var release: UInt16
        /// bcdUSB.
        var version: UInt16 = 0x0200
        /// Class, subclass, protocol.
        var deviceClass: [UInt8] = [0, 0, 0]
        /// Indices of manufacturer, product and serial number.
        var manufacturer: UInt8, product: UInt8, serial: UInt8
        var configurationName: UInt8 = 0
        /// Units of 2 mA.
        var power: UInt8
    }

    func build(_ identity: Identity, speed: DescriptorSet.Speed) -> DescriptorSet {
        var device: [UInt8] = [18, 1] + Self.u16(identity.version) + identity.deviceClass + [64]
        device += Self.u16(identity.vendorID) + Self.u16(identity.productID) + Self.u16(identity.release)
        device += [identity.manufacturer, identity.product, identity.serial, 1]
        let total = UInt16(9 + interfaces.count)
        let header: [UInt8] =
            [9, 2] + Self.u16(total) + [interfaceCount, 1, identity.configurationName, 0x80, identity.power]
        return DescriptorSet(
            speed: speed, device: device, configuration: header + interfaces, strings: strings,
            reports: reports)
    }
}
