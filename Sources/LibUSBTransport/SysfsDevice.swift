// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import USBTransport

/// What the kernel tells everybody about one device in `/sys/bus/usb/devices`, without opening it.
struct SysfsDevice {
    static let root = "/sys/bus/usb/devices"
    /// Of one attribute; sysfs gives out at most a page.
    private static let attributeLimit = 4096

    private let root: String, folder: String
    private let location: USBLocation

    init(at location: USBLocation, root: String = SysfsDevice.root) {
        (self.root, folder, self.location) = (root, "\(root)/\(location)", location)
    }

    var manufacturer: String? { attribute("manufacturer") }
    var product: String? { attribute("product") }
    /// UTF-8 of the string descriptor up to its first zero unit, which is how the kernel converts it.
    var serial: String? { attribute("serial") }

    func interfaceName(_ number: UInt8, configuration: UInt8) -> String? {
        read("\(folder):\(configuration).\(number)/interface")
    }
    /// The kernel driver bound to an interface; `usbfs` is some program.
    func driver(ofInterface number: UInt8, configuration: UInt8) -> String? {
        let link = "\(folder):\(configuration).\(number)/driver"
        // No link, no driver.
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link) else {
            return nil
        }
        return target.split(separator: "/").last.map(String.init)
    }

    /// Whether this very device, not one plugged in after it, is on the bus.
    var isPresent: Bool { attribute("devnum").flatMap { UInt8($0) } == location.address }
    /// Whether the kernel says that it is not there; where sysfs is hidden, it says nothing.
    var hasLeft: Bool { !isPresent && FileManager.default.fileExists(atPath: root) }

    private func attribute(_ name: String) -> String? { read("\(folder)/\(name)") }

    /// An attribute without its line end; nil when the device has none.
    private func read(_ path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        // An attribute may vanish with its device between opening and reading.
        guard let data = try? file.read(upToCount: Self.attributeLimit), !data.isEmpty else { return nil }
        let line = data.last == 0x0A ? data.dropLast() : data[...]
        return String(decoding: line, as: UTF8.self)
    }
}
