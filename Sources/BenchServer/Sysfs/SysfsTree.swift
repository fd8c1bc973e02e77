// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// The devices as `/sys` shows them (Documentation/ABI/testing/sysfs-bus-usb), kept up to date.
final class SysfsTree: HostBusObserver {
    /// Where the pretended host controller is.
    static let controller = "/sys/devices/platform/extflash.0"
    private static let bus = "/sys/bus/usb"
    /// Prefix of every path; tests write elsewhere.
    private let root: String

    init(root: String = "") { self.root = root }

    /// Path of a device or interface without `/sys`, as events name it.
    static func devicePath(of name: String) -> String {
        let top = String(controller.dropFirst("/sys".count)) + "/usb\(HostBus.number)"
        return name.hasPrefix("usb") ? top : "\(top)/\(name)"
    }
    private static func path(of name: String) -> String { "/sys" + devicePath(of: name) }

    /// Makes the directories of the bus.
    func prepare() throws(BenchServerError) {
        for directory in ["devices", "drivers/usb"] {
            try PrivateNamespace.step("making the bus in /sys") {
                SmallFile.makeDirectory("\(root)\(Self.bus)/\(directory)") ? 0 : -1
            }
        }
    }

    // MARK: - HostBusObserver

    func attached(_ device: HostDevice) {
        let path = Self.path(of: device.name)
        fill(path, SysfsAttributes(device).all, driver: "usb")
        show(device.name, path)
        addInterfaces(of: device)
    }
    func detached(_ device: HostDevice) {
        for interface in device.interfaces { hide(SysfsAttributes.name(of: interface, device)) }
        hide(device.name)
        SmallFile.remove(root + Self.path(of: device.name))
    }
    func changed(_ device: HostDevice) {
        let path = Self.path(of: device.name)
        for (name, value) in SysfsAttributes(device).configuration { write(value, "\(path)/\(name)") }
        for interface in device.interfaces {
            let name = SysfsAttributes.name(of: interface, device)
            if device.configuration == 0 {
                hide(name)
                SmallFile.remove("\(root)\(path)/\(name)")
            } else {
                setDriver(of: "\(path)/\(name)", interface.driver.name)
            }
        }
        if device.configuration != 0 { addInterfaces(of: device) }
    }

    private func addInterfaces(of device: HostDevice) {
        for interface in device.interfaces {
            let name = SysfsAttributes.name(of: interface, device)
            let path = "\(Self.path(of: device.name))/\(name)"
            guard access("\(root)\(path)/uevent", F_OK) != 0 else { continue }
            fill(path, SysfsAttributes(device).attributes(of: interface), driver: interface.driver.name)
            show(name, path)
        }
    }

    // MARK: - Files

    // The tree is ours alone and in memory: nothing in it can fail that a person could mend, and a program that looks
    // for what is missing says so itself.

    private func fill(_ path: String, _ attributes: [(name: String, value: [UInt8])], driver: String?) {
        _ = SmallFile.makeDirectory(root + path)
        for (name, value) in attributes { write(value, "\(path)/\(name)") }
        symlink(Self.bus, "\(root)\(path)/subsystem")
        setDriver(of: path, driver)
    }
    private func write(_ value: [UInt8], _ path: String) { _ = SmallFile.write(value, to: root + path) }
    private func setDriver(of path: String, _ driver: String?) {
        unlink("\(root)\(path)/driver")
        guard let driver else { return }
        _ = SmallFile.makeDirectory("\(root)\(Self.bus)/drivers/\(driver)")
        symlink("\(Self.bus)/drivers/\(driver)", "\(root)\(path)/driver")
    }
    private func show(_ name: String, _ path: String) {
        symlink(path, "\(root)\(Self.bus)/devices/\(name)")
    }
    private func hide(_ name: String) { unlink("\(root)\(Self.bus)/devices/\(name)") }
}
