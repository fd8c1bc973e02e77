// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import USBTransport

/// iSerialNumber as the device stores it.
///
/// The kernel's copy in sysfs ends at the first zero unit and drops lone surrogates, which loses part of the raw bytes
/// that ST-LINK firmware before V2J21S4 puts there. Where the copy may have lost something the descriptor itself is read,
/// if the device may be opened; otherwise the copy has to do.
enum LibUSBSerialNumber {
    /// Other vendors' devices are left in peace: to open one wakes it from suspend.
    private static let rawSerialVendor: UInt16 = 0x0483

    static func units(
        of device: OpaquePointer, _ descriptor: libusb_device_descriptor, in known: SysfsDevice
    ) -> [UInt16]? {
        guard descriptor.iSerialNumber > 0 else { return nil }
        let copy = known.serial.map { Array($0.utf16) }
        guard descriptor.idVendor == rawSerialVendor, !isWhole(copy ?? []) else { return copy }
        return descriptorUnits(of: device, index: descriptor.iSerialNumber) ?? copy
    }

    /// Plain text longer than the raw number cannot have been cut at a raw byte; a short one may be the beginning of raw bytes.
    static func isWhole(_ copy: [UInt16]) -> Bool {
        copy.count > 12 && copy.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// The units of a string descriptor as it came; nil when it is none.
    static func units(ofDescriptor bytes: [UInt8]) -> [UInt16]? {
        guard bytes.count >= 2, bytes[1] == UInt8(LIBUSB_DT_STRING.rawValue) else { return nil }
        // bLength may claim more than came.
        let end = min(Int(bytes[0]), bytes.count)
        guard end >= 4 else { return nil }
        return stride(from: 2, to: end - 1, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
    }

    private static func descriptorUnits(of device: OpaquePointer, index: UInt8) -> [UInt16]? {
        var handle: OpaquePointer?
        // Without permission there is only the copy.
        guard libusb_open(device, &handle) == 0, let handle else { return nil }
        defer { libusb_close(handle) }
        func descriptor(_ index: UInt8, language: UInt16) -> [UInt16]? {
            var bytes = [UInt8](repeating: 0, count: 255)
            let limit: UInt32 = 1000
            let moved = libusb_control_transfer(
                handle, 0x80, UInt8(LIBUSB_REQUEST_GET_DESCRIPTOR.rawValue),
                UInt16(LIBUSB_DT_STRING.rawValue) << 8 | UInt16(index), language, &bytes,
                UInt16(bytes.count), limit)
            guard moved > 0 else { return nil }
            return units(ofDescriptor: Array(bytes.prefix(Int(moved))))
        }
        // String 0 lists the languages (USB 2.0 §9.6.7).
        guard let language = descriptor(0, language: 0)?.first else { return nil }
        return descriptor(index, language: language)
    }
}
