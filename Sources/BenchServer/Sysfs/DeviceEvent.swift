// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The news of a device or interface that comes, changes or goes, in the two forms listeners know.
struct DeviceEvent {
    private let device: HostDevice
    private let interface: HostInterface?

    init(_ device: HostDevice, _ interface: HostInterface? = nil) {
        (self.device, self.interface) = (device, interface)
    }

    /// Minor number of a USB device's file: 128 to a bus.
    static func minor(of device: HostDevice) -> Int {
        (Int(HostBus.number) - 1) * 128 + Int(device.number) - 1
    }

    private var path: String {
        let path = SysfsTree.devicePath(of: device.name)
        return interface.map { "\(path)/\(SysfsAttributes.name(of: $0, device))" } ?? path
    }
    private var kind: String { interface == nil ? "usb_device" : "usb_interface" }

    /// What the kernel tells about it, in the kernel's order.
    private func properties(deviceFile: String) -> [String] {
        let bytes = device.port.deviceDescriptor
        func word(_ offset: Int) -> String {
            String(UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8, radix: 16)
        }
        var found: [String] = []
        if interface == nil {
            found += [
                "MAJOR=189", "MINOR=\(Self.minor(of: device))", "DEVNAME=\(deviceFile)",
            ]
        }
        found.append("DEVTYPE=\(kind)")
        if let driver = interface == nil ? "usb" : interface?.driver.name { found.append("DRIVER=\(driver)") }
        found += [
            "PRODUCT=\(word(8))/\(word(10))/\(word(12))", "TYPE=\(bytes[4])/\(bytes[5])/\(bytes[6])",
        ]
        if let interface {
            let codes = interface.descriptor[5...7].map { String($0) }.joined(separator: "/")
            found += ["INTERFACE=\(codes)", "MODALIAS=\(modalias(of: interface))"]
        } else {
            found += ["BUSNUM=\(digits(HostBus.number))", "DEVNUM=\(digits(device.number))"]
        }
        return found
    }
    private func digits(_ value: UInt8) -> String {
        String(repeating: "0", count: 3 - String(value).count) + String(value)
    }

    func modalias(of interface: HostInterface) -> String {
        let bytes = device.port.deviceDescriptor
        func hex(_ values: [UInt8]) -> String {
            values.map { value in
                let digits = String(value, radix: 16, uppercase: true)
                return digits.count < 2 ? "0" + digits : digits
            }.joined()
        }
        let codes = interface.descriptor
        return
            "usb:v\(hex([bytes[9], bytes[8]]))p\(hex([bytes[11], bytes[10]]))d\(hex([bytes[13], bytes[12]]))"
            + "dc\(hex([bytes[4]]))dsc\(hex([bytes[5]]))dp\(hex([bytes[6]]))"
            + "ic\(hex([codes[5]]))isc\(hex([codes[6]]))ip\(hex([codes[7]]))in\(hex([codes[2]]))"
    }

    private var fileName: String { "bus/usb/\(digits(HostBus.number))/\(digits(device.number))" }

    /// The `uevent` file.
    var attribute: [UInt8] { properties(deviceFile: fileName).flatMap { Array($0.utf8) + [0x0A] } }

    /// The message of the kernel.
    func kernelMessage(_ action: String, sequence: UInt64) -> [UInt8] {
        Array("\(action)@\(path)".utf8) + [0] + body(action, sequence, deviceFile: fileName)
    }

    /// The message of the device manager, with the hashes its listeners filter by (systemd, `sd-device/device-monitor.c`).
    func managerMessage(_ action: String, sequence: UInt64) -> [UInt8] {
        let properties = body(action, sequence, deviceFile: "/dev/\(fileName)")
        var writer = ByteWriter()
        writer.write(contentsOf: Array("libudev".utf8) + [0])
        writer.write(UInt32(0xFEED_CAFE).byteSwapped)
        writer.write(UInt32(40))
        writer.write(UInt32(40))
        writer.write(UInt32(properties.count))
        writer.write(MurmurHash.hash(Array("usb".utf8)).byteSwapped)
        writer.write(MurmurHash.hash(Array(kind.utf8)).byteSwapped)
        writer.write(UInt64(0))
        return writer.bytes + properties
    }

    private func body(_ action: String, _ sequence: UInt64, deviceFile: String) -> [UInt8] {
        let lines =
            ["ACTION=\(action)", "DEVPATH=\(path)", "SUBSYSTEM=usb", "SEQNUM=\(sequence)"]
            + properties(deviceFile: deviceFile)
        return lines.flatMap { Array($0.utf8) + [0] }
    }
}

/// MurmurHash2 with seed 0, over little-endian words.
enum MurmurHash {
    private static let factor: UInt32 = 0x5BD1_E995

    static func hash(_ bytes: [UInt8]) -> UInt32 {
        var hash = UInt32(truncatingIfNeeded: bytes.count)
        var offset = 0
        while bytes.count - offset >= 4 {
            var word: UInt32 = 0
            for index in (0..<4).reversed() { word = word << 8 | UInt32(bytes[offset + index]) }
            word = word &* factor
            word ^= word >> 24
            hash = (hash &* factor) ^ (word &* factor)
            offset += 4
        }
        let rest = bytes[offset...]
        if !rest.isEmpty {
            for (index, byte) in rest.enumerated() { hash ^= UInt32(byte) << UInt32(8 * index) }
            hash = hash &* factor
        }
        hash ^= hash >> 13
        hash = hash &* factor
        return hash ^ hash >> 15
    }
}
