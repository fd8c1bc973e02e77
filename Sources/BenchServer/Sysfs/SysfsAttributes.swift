// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import SimulatedBench

/// Names and contents of a device's files in `/sys`, formatted as the kernel does.
struct SysfsAttributes {
    private let device: HostDevice
    init(_ device: HostDevice) { self.device = device }

    /// `1-1:1.0`; the root hub's is `1-0:1.0`.
    static func name(of interface: HostInterface, _ device: HostDevice) -> String {
        let name = device.name.hasPrefix("usb") ? "\(HostBus.number)-0" : device.name
        return "\(name):1.\(interface.number)"
    }

    var all: [(name: String, value: [UInt8])] {
        let bytes = device.port.deviceDescriptor
        func word(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
        let version = "\(bytes[3]).\(bytes[2] >> 4)\(bytes[2] & 0xF)"
        var found: [(String, [UInt8])] = [
            ("busnum", line("\(HostBus.number)")), ("devnum", line("\(device.number)")),
            ("devpath", line(device.name.split(separator: "-").last.map(String.init) ?? "0")),
            ("dev", line("189:\(DeviceEvent.minor(of: device))")),
            ("speed", line(device.port.speed == .high ? "480" : "12")),
            ("version", line(String(repeating: " ", count: max(0, 5 - version.count)) + version)),
            ("idVendor", line(hex(word(8)))), ("idProduct", line(hex(word(10)))),
            ("bcdDevice", line(hex(word(12)))),
            ("bDeviceClass", line(hex(bytes[4]))), ("bDeviceSubClass", line(hex(bytes[5]))),
            ("bDeviceProtocol", line(hex(bytes[6]))), ("bMaxPacketSize0", line("\(bytes[7])")),
            ("bNumConfigurations", line("\(bytes[17])")), ("maxchild", line(maximumChildren)),
            ("authorized", line("1")), ("removable", line("removable")), ("quirks", line("0x0")),
            ("rx_lanes", line("1")), ("tx_lanes", line("1")), ("ltm_capable", line("no")),
            ("urbnum", line("0")), ("avoid_reset_quirk", line("0")),
            ("descriptors", device.descriptors), ("uevent", DeviceEvent(device).attribute),
        ]
        for (name, offset) in [("manufacturer", 14), ("product", 15), ("serial", 16)] {
            if let text = device.text(bytes[offset]) { found.append((name, line(text))) }
        }
        return found + configuration
    }
    private var maximumChildren: String {
        device.name.hasPrefix("usb") ? "\(HostBus.portLimit)" : "0"
    }

    /// What depends on the configuration chosen.
    var configuration: [(name: String, value: [UInt8])] {
        let bytes = device.port.configurationDescriptor
        guard device.configuration != 0, bytes.count >= 9 else {
            return [
                ("bConfigurationValue", line("")), ("bNumInterfaces", line("")), ("bmAttributes", line("")),
                ("bMaxPower", line("")), ("configuration", []),
            ]
        }
        return [
            ("bConfigurationValue", line("\(bytes[5])")), ("bNumInterfaces", line(padded("\(bytes[4])"))),
            ("bmAttributes", line(hex(bytes[7]))), ("bMaxPower", line("\(Int(bytes[8]) * 2)mA")),
            ("configuration", device.text(bytes[6]).map(line) ?? []),
        ]
    }

    func attributes(of interface: HostInterface) -> [(name: String, value: [UInt8])] {
        let bytes = interface.descriptor
        var found: [(String, [UInt8])] = [
            ("bInterfaceNumber", line(hex(bytes[2]))), ("bAlternateSetting", line(padded("\(bytes[3])"))),
            ("bNumEndpoints", line(hex(bytes[4]))), ("bInterfaceClass", line(hex(bytes[5]))),
            ("bInterfaceSubClass", line(hex(bytes[6]))), ("bInterfaceProtocol", line(hex(bytes[7]))),
            ("authorized", line("1")), ("supports_autosuspend", line("1")),
            ("modalias", line(DeviceEvent(device).modalias(of: interface))),
            ("uevent", DeviceEvent(device, interface).attribute),
        ]
        if let text = device.text(bytes[8]) { found.append(("interface", line(text))) }
        return found
    }

    private func line(_ text: String) -> [UInt8] { Array(text.utf8) + [0x0A] }
    private func padded(_ text: String) -> String { text.count < 2 ? " " + text : text }
    private func hex(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, value.bitWidth / 4 - digits.count)) + digits
    }
}
