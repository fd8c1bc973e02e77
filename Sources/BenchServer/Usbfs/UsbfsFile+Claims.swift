// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Who may use which interface, with the errors of Linux's `drivers/usb/core/devio.c`.
extension UsbfsFile {
    /// Bits in the kernel's set of claims.
    private static let interfaceLimit: UInt32 = 64

    func holds(_ interface: UInt32) -> Bool {
        device.interfaces.contains { UInt32($0.number) == interface && $0.driver == .program(number) }
    }

    func claim(_ interface: UInt32) throws(Errno) {
        guard interface < Self.interfaceLimit else { throw Errno(EINVAL) }
        guard !holds(interface) else { return }
        if let allowedInterfaces, allowedInterfaces >> UInt64(interface) & 1 == 0 { throw Errno(EACCES) }
        guard let index = device.index(of: UInt8(interface)) else { throw Errno(ENOENT) }
        guard device.interfaces[index].driver == .none else { throw Errno(EBUSY) }
        device.setDriver(.program(number), at: index)
    }

    func release(_ interface: UInt32) throws(Errno) {
        guard interface < Self.interfaceLimit else { throw Errno(EINVAL) }
        guard let index = device.index(of: UInt8(interface)) else { throw Errno(ENOENT) }
        guard holds(interface) else { throw Errno(EINVAL) }
        device.unbind(at: index)
    }

    /// An interface somebody uses without having claimed it is claimed for them, with a warning.
    func checkInterface(_ interface: UInt32, thread: Int32) throws(Errno) {
        guard device.configuration != 0 else { throw Errno(EHOSTUNREACH) }
        guard interface < Self.interfaceLimit else { throw Errno(EINVAL) }
        guard !holds(interface) else { return }
        replies.warn("process \(thread) did not claim interface \(interface) of \(device.name) before use")
        try claim(interface)
    }

    /// The interface an endpoint belongs to.
    func findInterface(ofEndpoint endpoint: UInt32) throws(Errno) -> UInt8 {
        guard endpoint & ~0x8F == 0 else { throw Errno(EINVAL) }
        guard device.configuration != 0 else { throw Errno(ESRCH) }
        for interface in device.interfaces
        where interface.endpoints.contains(where: { UInt32($0.address) == endpoint }) {
            return interface.number
        }
        throw Errno(ENOENT)
    }
    func endpoint(_ address: UInt8) -> HostInterface.Endpoint? {
        device.interfaces.lazy.flatMap(\.endpoints).first { $0.address == address }
    }

    /// Whether a control request may be sent: those to an interface or endpoint need its claim, vendor requests none.
    func checkControl(_ setup: [UInt8], thread: Int32) throws(Errno) {
        let index = UInt32(setup[4])
        guard setup[0] & 0x60 != 0x40 else { return }
        switch setup[0] & 0x1F {
        case 1: try checkInterface(index, thread: thread)
        case 2:
            guard index & 0x7F != 0 else { return }
            let interface: UInt8
            do { interface = try findInterface(ofEndpoint: index) } catch {
                // The other direction is let through; some programs get that bit wrong.
                interface = try findInterface(ofEndpoint: index ^ 0x80)
            }
            try checkInterface(UInt32(interface), thread: thread)
        default: return
        }
    }

    /// Without privileges nobody may reset a device of which somebody else uses a part.
    func checkReset() throws(Errno) {
        let isShared = device.interfaces.contains { $0.driver != .none && $0.driver != .program(number) }
        guard allowedInterfaces == nil || device.configuration == 0 || !isShared else { throw Errno(EACCES) }
    }

    // MARK: - Kernel drivers

    func driverName(of interface: UInt32) throws(Errno) -> String {
        guard let index = device.index(of: UInt8(clamping: interface)),
            let name = device.interfaces[index].driver.name
        else { throw Errno(ENODATA) }
        return name
    }

    func disconnectDriver(_ control: UsbfsInterfaceControl) throws(Errno) -> Int32 {
        guard allowedInterfaces == nil else { throw Errno(EACCES) }
        guard device.configuration != 0 else { throw Errno(EHOSTUNREACH) }
        guard let number = UInt8(exactly: control.interface), let index = device.index(of: number) else {
            throw Errno(EINVAL)
        }
        let interface = device.interfaces[index]
        switch control.command {
        case UsbfsCommand.disconnectDriver:
            guard interface.driver != .none else { throw Errno(ENODATA) }
            device.unbind(at: index)
            return 0
        case UsbfsCommand.connectDriver:
            guard interface.driver == .none else { throw Errno(EBUSY) }
            guard let driver = interface.kernelDriver else { return 0 }
            device.setDriver(.kernel(driver), at: index)
            return 1
        default: throw Errno(ENOTTY)
        }
    }

    func disconnectAndClaim(_ request: UsbfsDisconnectClaim) throws(Errno) {
        guard let number = UInt8(exactly: request.interface), let index = device.index(of: number) else {
            throw Errno(EINVAL)
        }
        if let driver = device.interfaces[index].driver.name {
            guard allowedInterfaces == nil else { throw Errno(EACCES) }
            if request.onlyIfDriver, request.driver != driver { throw Errno(EBUSY) }
            if request.exceptDriver, request.driver == driver { throw Errno(EBUSY) }
            device.unbind(at: index)
        }
        try claim(request.interface)
    }
}
