// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// An interface of an attached device and whoever drives it.
struct HostInterface {
    struct Endpoint {
        let address: UInt8
        /// bmAttributes bits 1…0: 2 bulk, 3 interrupt.
        let type: UInt8
    }
    enum Driver: Equatable {
        case none
        /// One of the kernel's own.
        case kernel(String)
        /// A program, by the number of its open file.
        case program(UInt64)

        /// As the kernel names it.
        var name: String? {
            switch self {
            case .none: nil
            case .kernel(let name): name
            case .program: "usbfs"
            }
        }
    }

    /// Interface descriptor, nine bytes.
    let descriptor: [UInt8]
    fileprivate(set) var endpoints: [Endpoint] = []
    var driver = Driver.none

    var number: UInt8 { descriptor[2] }
    var classCode: UInt8 { descriptor[5] }

    /// The kernel's driver for this class; nil leaves it to programs.
    var kernelDriver: String? {
        switch classCode {
        case 0x02, 0x0A: "cdc_acm"
        case 0x03: "usbhid"
        case 0x08: "usb-storage"
        case 0x09: "hub"
        default: nil
        }
    }

    /// Interfaces of a configuration, alternate setting 0 of each; what makes no sense ends the list.
    static func all(in configuration: [UInt8]) -> [HostInterface] {
        var found: [HostInterface] = []
        var isAlternate = false
        var offset = 0
        while offset + 2 <= configuration.count {
            let length = Int(configuration[offset])
            guard length >= 2, offset + length <= configuration.count else { break }
            let bytes = Array(configuration[offset..<offset + length])
            switch bytes[1] {
            case 4 where length >= 9:
                isAlternate = bytes[3] != 0
                if !isAlternate { found.append(HostInterface(descriptor: Array(bytes.prefix(9)))) }
            case 5 where length >= 7 && !isAlternate && !found.isEmpty:
                found[found.count - 1].endpoints.append(Endpoint(address: bytes[2], type: bytes[3] & 3))
            default: break
            }
            offset += length
        }
        return found
    }
}
