// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLibUSB
import Foundation
import USBTransport

/// What libusb's numbers mean in our terms.
enum LibUSB {
    static func name(_ code: Int32) -> String { String(cString: libusb_error_name(code)) }

    static func error(_ code: Int32, operation: String, device: USBDeviceDescription) -> USBError {
        let path = devicePath(device)
        return switch code {
        case LIBUSB_ERROR_ACCESS.rawValue: .accessDenied(device: path)
        case LIBUSB_ERROR_BUSY.rawValue: .busy(device: path, holder: holder(of: path))
        case LIBUSB_ERROR_NO_DEVICE.rawValue: .disconnected
        case LIBUSB_ERROR_PIPE.rawValue: .stalled
        default: .system(operation: operation, detail: name(code))
        }
    }

    /// `/dev/bus/usb/003/007`.
    static func devicePath(_ device: USBDeviceDescription) -> String {
        func three(_ number: UInt8) -> String { String(String(1000 + Int(number)).dropFirst()) }
        return "/dev/bus/usb/\(three(device.location.bus))/\(three(device.location.address))"
    }

    /// Who else has the device open, as far as /proc lets us see; other users' processes stay hidden.
    static func holder(of path: String) -> String? {
        let files = FileManager.default
        guard let processes = try? files.contentsOfDirectory(atPath: "/proc") else { return nil }
        let own = String(ProcessInfo.processInfo.processIdentifier)
        for process in processes.filter({ $0.allSatisfy(\.isNumber) && $0 != own }).sorted() {
            // A process that ended meanwhile, or belongs to somebody else, is skipped.
            guard let descriptors = try? files.contentsOfDirectory(atPath: "/proc/\(process)/fd") else {
                continue
            }
            let holds = descriptors.contains { descriptor in
                (try? files.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(descriptor)")) == path
            }
            guard holds else { continue }
            let name = (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) ?? "process"
            return "\(name.trimmingCharacters(in: .whitespacesAndNewlines)) (pid \(process))"
        }
        return nil
    }
}
