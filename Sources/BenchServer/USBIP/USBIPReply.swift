// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc
import SimulatedBench

/// What a client is sent, as bytes (kernel documentation, usb/usbip_protocol; numbers are big-endian).
enum USBIPReply {
    /// Why a device is not given out (`enum usbip_device_status`' values in the answer to an import).
    enum Status: UInt32 {
        case okay = 0
        case busy = 2
        case noSuchDevice = 4
    }

    static func deviceList(_ devices: [HostDevice]) -> [UInt8] {
        bytes { writer in
            header(0x0005, .okay, &writer)
            writer.write(UInt32(devices.count).bigEndian)
            for device in devices {
                describe(device, &writer)
                for interface in device.interfaces {
                    writer.write(contentsOf: interface.descriptor[5...7])
                    writer.write(UInt8(0))
                }
            }
        }
    }

    static func imported(_ device: HostDevice) -> [UInt8] {
        bytes { writer in
            header(0x0003, .okay, &writer)
            describe(device, &writer)
        }
    }
    static func refused(_ status: Status) -> [UInt8] { bytes { header(0x0003, status, &$0) } }

    /// The end of a transfer; `packets` is what the client said.
    static func submitted(_ sequence: UInt32, _ end: HostTransfer.End, isIn: Bool, packets: UInt32) -> [UInt8]
    {
        bytes { writer in
            answer(3, sequence, status: end.status, &writer)
            let data = isIn ? end.bytes : []
            for word in [UInt32(clamping: isIn ? data.count : end.transferred), 0, packets, 0, 0, 0] {
                writer.write(word.bigEndian)
            }
            writer.write(contentsOf: data)
        }
    }
    /// `wasUnderWay`: it is taken back, and nothing more comes of it; otherwise its end was sent before.
    static func unlinked(_ sequence: UInt32, wasUnderWay: Bool) -> [UInt8] {
        bytes { writer in
            answer(4, sequence, status: wasUnderWay ? -ECONNRESET : 0, &writer)
            writer.write(contentsOf: [UInt8](repeating: 0, count: 24))
        }
    }

    /// Bus number and address, as transfers name the device.
    static func identifier(of device: HostDevice) -> UInt32 {
        UInt32(HostBus.number) << 16 | UInt32(device.number)
    }

    // MARK: - Parts

    private static func bytes(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        write(&writer)
        return writer.bytes
    }
    private static func header(_ code: UInt16, _ status: Status, _ writer: inout ByteWriter) {
        writer.write(USBIPRequest.version.bigEndian)
        writer.write(code.bigEndian)
        writer.write(status.rawValue.bigEndian)
    }
    /// Device, direction and endpoint of an answer stay zero.
    private static func answer(
        _ command: UInt32, _ sequence: UInt32, status: Int32, _ writer: inout ByteWriter
    ) {
        for word in [command, sequence, 0, 0, 0, UInt32(bitPattern: status)] { writer.write(word.bigEndian) }
    }
    private static func describe(_ device: HostDevice, _ writer: inout ByteWriter) {
        let descriptor = device.port.deviceDescriptor
        text("/sys" + SysfsTree.devicePath(of: device.name), 256, &writer)
        text(device.name, USBIPRequest.busIDSize, &writer)
        // Speed as `enum usb_device_speed` counts.
        for word in [UInt32(HostBus.number), UInt32(device.number), device.port.speed == .high ? 3 : 2] {
            writer.write(word.bigEndian)
        }
        // idVendor, idProduct and bcdDevice are little-endian in the descriptor.
        for offset in [8, 10, 12] { writer.write(contentsOf: [descriptor[offset + 1], descriptor[offset]]) }
        writer.write(contentsOf: descriptor[4...6])
        writer.write(contentsOf: [
            device.configuration, descriptor[17], UInt8(clamping: device.interfaces.count),
        ])
    }
    private static func text(_ text: String, _ size: Int, _ writer: inout ByteWriter) {
        let bytes = Array(text.utf8.prefix(size - 1))
        writer.write(contentsOf: bytes + [UInt8](repeating: 0, count: size - bytes.count))
    }
}
