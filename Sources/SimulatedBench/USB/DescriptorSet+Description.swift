// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// What enumeration makes of the raw descriptors, the way a host's kernel shows it.
extension DescriptorSet {
    func description(at location: USBLocation) -> USBDeviceDescription {
        func word(_ offset: Int) -> UInt16 { UInt16(device[offset]) | UInt16(device[offset + 1]) << 8 }
        return USBDeviceDescription(
            location: location, vendorID: word(8), productID: word(10), release: word(12),
            deviceClass: device[4],
            speed: speed == .high ? .high : .full, manufacturer: text(device[14]), product: text(device[15]),
            serialUnits: units(device[16]), interfaces: interfaces)
    }

    private func units(_ index: UInt8) -> [UInt16]? {
        guard index > 0, strings.indices.contains(Int(index)) else { return nil }
        let bytes = strings[Int(index)].dropFirst(2)
        return stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
            UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
        }
    }
    private func text(_ index: UInt8) -> String? { units(index).map { String(decoding: $0, as: UTF16.self) } }

    /// Alternate setting 0 of every interface.
    private var interfaces: [USBInterfaceDescriptor] {
        var found: [USBInterfaceDescriptor] = []
        var header: [UInt8]?
        var endpoints: [USBEndpointDescriptor] = []
        func finish() {
            guard let header, header[3] == 0 else { return }
            found.append(
                USBInterfaceDescriptor(
                    number: header[2], alternate: header[3], classCode: header[5], subclass: header[6],
                    protocolCode: header[7], name: text(header[8]), endpoints: endpoints))
        }
        for part in DescriptorSequence(configuration) {
            switch part.type {
            case 4 where part.bytes.count >= 9:
                finish()
                (header, endpoints) = (part.bytes, [])
            case 5 where part.bytes.count >= 7:
                endpoints.append(
                    USBEndpointDescriptor(
                        address: part.bytes[2], kind: .init(rawValue: part.bytes[3] & 3) ?? .control,
                        maxPacketSize: UInt16(part.bytes[4]) | UInt16(part.bytes[5]) << 8,
                        interval: part.bytes[6]))
            default: break
            }
        }
        finish()
        return found
    }
}
