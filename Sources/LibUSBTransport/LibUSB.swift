// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import USBTransport

/// What libusb's numbers mean in our terms.
enum LibUSB {
    static func name(_ code: Int32) -> String { String(cString: libusb_error_name(code)) }

    static func error(_ code: Int32, operation: String, device: USBDeviceDescription) -> USBError {
        let path = devicePath(device.location)
        return switch code {
        case LIBUSB_ERROR_ACCESS.rawValue: .accessDenied(device: path)
        case LIBUSB_ERROR_BUSY.rawValue: .busy(device: path, holder: DeviceHolder().name(for: path))
        case LIBUSB_ERROR_NO_DEVICE.rawValue: .disconnected
        case LIBUSB_ERROR_PIPE.rawValue: .stalled
        default: .system(operation: operation, detail: name(code))
        }
    }

    /// `/dev/bus/usb/003/007`.
    static func devicePath(_ location: USBLocation) -> String {
        func three(_ number: UInt8) -> String { String(String(1000 + Int(number)).dropFirst()) }
        return "/dev/bus/usb/\(three(location.bus))/\(three(location.address))"
    }
}
