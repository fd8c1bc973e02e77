// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench
import Testing

@testable import BenchServer

@Suite struct `Usbfs claims` {
    private func driver(_ rig: UsbfsRig, _ file: UsbfsFile, _ interface: UInt32) -> String? {
        let buffer = rig.memory(UsbfsRig.little(interface) + [UInt8](repeating: 0, count: 256))
        guard rig.call(file, .getDriver, buffer) == 0 else { return nil }
        return String(decoding: rig.bytes(at: buffer + 4, 256).prefix { $0 != 0 }, as: UTF8.self)
    }
    private func control(_ rig: UsbfsRig, _ file: UsbfsFile, _ interface: UInt32, _ command: UInt32) -> Int32?
    {
        let request = UsbfsRig.little(interface) + UsbfsRig.little(command) + [UInt8](repeating: 0, count: 8)
        return rig.call(file, .interfaceControl, rig.memory(request))
    }
    private func disconnectClaim(_ rig: UsbfsRig, _ file: UsbfsFile, flags: UInt32, _ name: String) -> Int32?
    {
        let request = UsbfsRig.little(0) + UsbfsRig.little(flags) + Array(name.utf8)
        let padding = [UInt8](repeating: 0, count: 264 - request.count)
        return rig.call(file, .disconnectClaim, rig.memory(request + padding))
    }

    @Test func `belong to one program`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let (first, second) = (try rig.open(), try rig.open())
        #expect(rig.call(first, .claimInterface, word: 0) == 0)
        #expect(rig.call(first, .claimInterface, word: 0) == 0)
        #expect(rig.call(second, .claimInterface, word: 0) == -EBUSY)
        #expect(rig.call(second, .releaseInterface, word: 0) == -EINVAL)
        #expect(rig.call(first, .claimInterface, word: 40) == -ENOENT)
        #expect(rig.call(first, .claimInterface, word: 64) == -EINVAL)
        #expect(driver(rig, second, 0) == "usbfs")
        #expect(rig.call(first, .releaseInterface, word: 0) == 0)
        #expect(rig.call(second, .claimInterface, word: 0) == 0)
    }

    @Test func `of different probes do not meet`() throws {
        let rig = UsbfsRig(.stlinkV3, .cmsisDAPv2)
        #expect(rig.call(try rig.open(0), .claimInterface, word: 0) == 0)
        #expect(rig.call(try rig.open(1), .claimInterface, word: 0) == 0)
    }

    @Test func `end with the program, and its transfers with them`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let first = try rig.open()
        _ = rig.call(first, .claimInterface, word: 0)
        _ = rig.call(first, .submit, rig.urb(endpoint: 0x81, buffer: rig.memory([0, 0]), length: 2))
        first.close()
        #expect(first.device.transfers.isEmpty)
        #expect(rig.call(try rig.open(), .claimInterface, word: 0) == 0)
    }

    @Test func `end their transfers when they are given back`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        _ = rig.call(file, .claimInterface, word: 0)
        let read = rig.urb(endpoint: 0x81, buffer: rig.memory([0, 0]), length: 2)
        _ = rig.call(file, .submit, read)
        _ = rig.call(file, .releaseInterface, word: 0)
        #expect(try #require(rig.reap(file)) == (read, -ESHUTDOWN, 0))
    }

    @Test func `have to wait for the kernel's driver of a HID probe`() throws {
        let rig = UsbfsRig(.cmsisDAPv1)
        let file = try rig.open()
        #expect(driver(rig, file, 0) == "usbhid")
        #expect(rig.call(file, .claimInterface, word: 0) == -EBUSY)
        #expect(control(rig, file, 0, UsbfsCommand.connectDriver) == -EBUSY)
        #expect(control(rig, file, 0, UsbfsCommand.disconnectDriver) == 0)
        #expect(control(rig, file, 0, UsbfsCommand.disconnectDriver) == -ENODATA)
        #expect(driver(rig, file, 0) == nil)
        #expect(rig.call(file, .claimInterface, word: 0) == 0)
        #expect(rig.call(file, .releaseInterface, word: 0) == 0)
        #expect(control(rig, file, 0, UsbfsCommand.connectDriver) == 1)
        #expect(driver(rig, file, 0) == "usbhid")
        #expect(control(rig, file, 9, UsbfsCommand.disconnectDriver) == -EINVAL)
        #expect(control(rig, file, 0, 0x1234) == -ENOTTY)
    }

    @Test func `can be taken from a driver in one step, but not from another program`() throws {
        let rig = UsbfsRig(.cmsisDAPv1)
        let (first, second) = (try rig.open(), try rig.open())
        #expect(disconnectClaim(rig, first, flags: 1, "cdc_acm") == -EBUSY)
        #expect(disconnectClaim(rig, first, flags: 2, "usbfs") == 0)
        #expect(disconnectClaim(rig, second, flags: 2, "usbfs") == -EBUSY)
        // Without that condition the kernel lets it happen.
        #expect(disconnectClaim(rig, second, flags: 0, "") == 0)
        #expect(!first.holds(0))
        #expect(second.holds(0))
    }

    @Test func `are lost to a reset, which brings the kernel's driver back`() throws {
        let rig = UsbfsRig(.cmsisDAPv1)
        let file = try rig.open()
        _ = disconnectClaim(rig, file, flags: 2, "usbfs")
        let read = rig.urb(kind: 1, endpoint: 0x81, buffer: rig.memory([0, 0]), length: 64)
        #expect(rig.call(file, .submit, read) == 0)
        #expect(rig.call(file, .reset) == 0)
        #expect(try #require(rig.reap(file)).status == -ESHUTDOWN)
        #expect(driver(rig, file, 0) == "usbhid")
        #expect(rig.call(file, .claimInterface, word: 0) == -EBUSY)
    }

    @Test func `forbid a change of configuration`() throws {
        let rig = UsbfsRig(.stlinkV2)
        let file = try rig.open()
        _ = rig.call(file, .claimInterface, word: 0)
        #expect(rig.call(file, .setConfiguration, word: 1) == -EBUSY)
        _ = rig.call(file, .releaseInterface, word: 0)
        #expect(rig.call(file, .setConfiguration, word: 2) == -EINVAL)
        #expect(rig.call(file, .setConfiguration, word: 0) == 0)
        #expect(rig.call(file, .claimInterface, word: 0) == -ENOENT)
        let read = rig.urb(endpoint: 0x81, buffer: rig.memory([0, 0]), length: 2)
        #expect(rig.call(file, .submit, read) == -ESRCH)
        #expect(rig.call(file, .setConfiguration, word: 1) == 0)
        #expect(rig.call(file, .claimInterface, word: 0) == 0)
    }

    @Test func `shrink with dropped privileges`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        #expect(rig.call(file, .dropPrivileges, word: 0b10) == 0)
        #expect(rig.call(file, .claimInterface, word: 0) == -EACCES)
        #expect(control(rig, file, 1, UsbfsCommand.disconnectDriver) == -EACCES)
        // Interfaces 1 to 3 belong to the kernel's drivers.
        #expect(rig.call(file, .reset) == -EACCES)
        #expect(rig.call(try rig.open(), .reset) == 0)
    }

    @Test func `tell speed, address and abilities`() throws {
        let rig = UsbfsRig(.stlinkV3, .stlinkV2)
        let (high, full) = (try rig.open(0), try rig.open(1))
        #expect(rig.call(high, .getSpeed) == 3)
        #expect(rig.call(full, .getSpeed) == 2)
        let buffer = rig.memory([UInt8](repeating: 0xFF, count: 24))
        #expect(rig.call(full, .connectInfo, buffer) == 0)
        #expect(rig.bytes(at: buffer, 5) == [3, 0, 0, 0, 0])
        #expect(rig.call(full, number: 0x8018_5520, buffer) == 0)
        #expect(
            rig.bytes(at: buffer, 24) == [
                24, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0,
            ])
        #expect(rig.call(full, .getCapabilities, buffer) == 0)
        #expect(rig.word(at: buffer) == 0xDD)
    }
}

@Suite struct `Unplugging` {
    @Test func `ends everything a program has under way`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        _ = rig.call(file, .claimInterface, word: 0)
        let read = rig.urb(endpoint: 0x81, buffer: rig.memory([0, 0]), length: 2)
        _ = rig.call(file, .submit, read)
        file.watch(5)
        rig.bus.unplug(0)
        #expect(rig.bus.devices[0] == nil)
        #expect(rig.notices == [5])
        #expect(file.pollEvents & UInt32(POLLERR | POLLHUP) == UInt32(POLLERR | POLLHUP))
        #expect(rig.call(file, .submit, read) == -ENODEV)
        #expect(try #require(rig.reap(file)) == (read, -ESHUTDOWN, 0))
        #expect(rig.call(file, .reapNow, rig.memory([UInt8](repeating: 0, count: 8))) == -ENODEV)
        #expect(rig.call(file, .reap, rig.memory([UInt8](repeating: 0, count: 8))) == -ENODEV)
    }

    @Test func `wakes who waits for a transfer that never was`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        let observer = Waker(file)
        rig.bus.observers = [observer]
        #expect(rig.call(file, .reap, rig.memory([UInt8](repeating: 0, count: 8))) == nil)
        rig.bus.unplug(0)
        #expect(rig.answers[rig.lastCall] == -ENODEV)
    }

    @Test func `gives the device a new address when it is back`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let old = try rig.open()
        rig.bus.plug(0)
        let new = try rig.open()
        #expect(old.device.number == 2)
        #expect(new.device.number == 3)
        #expect(rig.call(old, .getSpeed) == -ENODEV)
        #expect(rig.call(new, .claimInterface, word: 0) == 0)
        for _ in 0..<130 { rig.bus.plug(0) }
        let number = try #require(rig.bus.devices[0]).number
        #expect((2...127).contains(number))
    }

    @Test func `keeps a program with the old device away from the new one's transfers`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let old = try rig.open()
        rig.bus.plug(0)
        let new = try rig.open()
        let read = rig.urb(endpoint: 0x81, buffer: rig.memory([0, 0]), length: 2)
        _ = rig.call(new, .submit, read)
        rig.bus.ports[0].cancelAll { _ in true }
        old.close()
        rig.bus.advance(to: rig.bus.now)
        #expect(try #require(rig.reap(new)) == (read, -ENOENT, 0))
    }

    @Test func `follows a fault that pulls the plug in the middle of a transfer`() throws {
        let rig = UsbfsRig(.stlinkV3)
        let file = try rig.open()
        rig.bus.ports[0].inject(.disconnect, on: 0x01, after: 0)
        let write = rig.urb(endpoint: 0x01, buffer: rig.memory([0xF5]), length: 1)
        _ = rig.call(file, .submit, write)
        #expect(rig.bus.devices[0] == nil)
        #expect(try #require(rig.reap(file)).status == -ESHUTDOWN)
    }

    private final class Waker: HostBusObserver {
        private let file: UsbfsFile
        init(_ file: UsbfsFile) { self.file = file }
        func attached(_ device: HostDevice) {}
        func detached(_ device: HostDevice) { file.wake() }
        func changed(_ device: HostDevice) {}
    }
}
