// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench

/// The commands themselves.
extension UsbfsFile {
    /// Carries a command out.
    ///
    /// - Returns: what the system call gives; nil when the answer comes later.
    func command(_ call: FuseRequest.Control, unique: UInt64, thread: Int32, now: Duration) throws(Errno)
        -> Int32?
    {
        guard isWritable else { throw Errno(EPERM) }
        let memory = CallerMemory(thread: thread)
        if let size = UsbfsCommand.extendedInfoSize(call.command), !call.isCompatible {
            guard device.isConnected else { throw Errno(ENODEV) }
            return try writeExtendedInfo(memory, call.argument, size: size)
        }
        // Structures of 32-bit programs have other sizes, so their commands have other numbers; the few that do not
        // look alike.
        guard let command = UsbfsCommand(rawValue: call.command) else { throw Errno(ENOTTY) }
        switch command {
        case .reap where ended.isEmpty && device.isConnected:
            reapers.append((unique, thread, call.argument))
            return nil
        case .reap, .reapNow:
            try reap(thread: thread, argument: call.argument)
            return 0
        default: break
        }
        guard device.isConnected else { throw Errno(ENODEV) }
        return try connectedCommand(command, call, unique, memory, now)
    }

    private func connectedCommand(
        _ command: UsbfsCommand, _ call: FuseRequest.Control, _ unique: UInt64, _ memory: CallerMemory,
        _ now: Duration
    ) throws(Errno) -> Int32? {
        let argument = call.argument
        switch command {
        case .submit: try submit(argument, thread: memory.thread)
        case .discard: try discard(argument)
        case .control:
            try control(waitedFor(memory, argument), unique: unique, thread: memory.thread, now: now)
            return nil
        case .bulk:
            try bulk(waitedFor(memory, argument), unique: unique, thread: memory.thread, now: now)
            return nil
        case .claimInterface: try claim(memory.readWord(argument))
        case .releaseInterface: try release(memory.readWord(argument))
        case .disconnectClaim:
            try disconnectAndClaim(
                decoded(memory.read(argument, count: UsbfsDisconnectClaim.size), UsbfsDisconnectClaim.init))
        case .interfaceControl:
            return try disconnectDriver(
                decoded(memory.read(argument, count: UsbfsInterfaceControl.size), UsbfsInterfaceControl.init))
        case .getDriver:
            let name = Array(try driverName(of: memory.readWord(argument)).utf8.prefix(255))
            try memory.write(name + [UInt8](repeating: 0, count: 256 - name.count), at: argument &+ 4)
        case .setInterface: try setInterface(memory, argument)
        case .setConfiguration: try setConfiguration(Int32(bitPattern: memory.readWord(argument)))
        case .resetEndpoint: _ = try claimedEndpoint(memory, argument)
        case .clearHalt:
            guard device.port.clearHalt(try claimedEndpoint(memory, argument)) else { throw Errno(EPIPE) }
            device.settle()
        case .reset:
            try checkReset()
            device.reset()
        case .getCapabilities: try memory.write(UsbfsCommand.capabilities, at: argument)
        case .getSpeed: return speed
        case .connectInfo:
            try memory.write([device.number, 0, 0, 0, 0, 0, 0, 0], at: argument)
        case .dropPrivileges:
            allowedInterfaces = (allowedInterfaces ?? 0xFFFF_FFFF) & UInt64(try memory.readWord(argument))
        case .reap, .reapNow: preconditionFailure("reaping does not need the device")
        }
        return 0
    }

    /// As `enum usb_device_speed` counts.
    private var speed: Int32 { device.port.speed == .high ? 3 : 2 }

    private func waitedFor(_ memory: CallerMemory, _ argument: UInt64) throws(Errno) -> UsbfsTransfer {
        try decoded(memory.read(argument, count: UsbfsTransfer.size), UsbfsTransfer.init)
    }
    /// A structure that was read whole is never too short.
    func decoded<Value>(_ bytes: [UInt8], _ decode: ([UInt8]) throws -> Value) throws(Errno) -> Value {
        do { return try decode(bytes) } catch { throw Errno(EFAULT) }
    }

    private func claimedEndpoint(_ memory: CallerMemory, _ argument: UInt64) throws(Errno) -> UInt8 {
        let endpoint = try memory.readWord(argument)
        let interface = try findInterface(ofEndpoint: endpoint)
        try checkInterface(UInt32(interface), thread: memory.thread)
        return UInt8(truncatingIfNeeded: endpoint)
    }

    private func setInterface(_ memory: CallerMemory, _ argument: UInt64) throws(Errno) {
        let number = try memory.readWord(argument)
        let alternate = try memory.readWord(argument &+ 4)
        try checkInterface(number, thread: memory.thread)
        device.cancel(status: ENOENT) { $0.interface.map(UInt32.init) == number }
        guard let alternate = UInt8(exactly: alternate), alternate == 0 else { throw Errno(EINVAL) }
        let isOkay = device.port.setInterface(UInt8(truncatingIfNeeded: number), alternate: alternate)
        device.settle()
        if !isOkay { throw Errno(EPIPE) }
    }

    /// Refused while anybody drives an interface; -1 and 0 leave the device without a configuration.
    private func setConfiguration(_ value: Int32) throws(Errno) {
        guard device.configuration == 0 || device.interfaces.allSatisfy({ $0.driver == .none }) else {
            throw Errno(EBUSY)
        }
        guard value >= -1, value <= 1 else { throw Errno(EINVAL) }
        guard device.setConfiguration(UInt8(max(value, 0))) else { throw Errno(EPIPE) }
    }

    /// `struct usbdevfs_conninfo_ex`, as much of it as the caller has room for.
    private func writeExtendedInfo(_ memory: CallerMemory, _ argument: UInt64, size: Int) throws(Errno)
        -> Int32
    {
        guard size >= 4 else { throw Errno(EINVAL) }
        let port = UInt8(device.name.split(separator: "-").last ?? "") ?? 0
        var words: [UInt8] = []
        for word in [24, UInt32(HostBus.number), UInt32(device.number), UInt32(speed)] {
            words += withUnsafeBytes(of: word.littleEndian) { Array($0) }
        }
        let ports = port == 0 ? [0] : [1, port]
        let info = words + ports + [UInt8](repeating: 0, count: 8 - ports.count)
        try memory.write(Array(info.prefix(size)), at: argument)
        return 0
    }
}
