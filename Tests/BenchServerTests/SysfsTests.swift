// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Glibc
import SimulatedBench
import Testing

@testable import BenchServer

/// A tree in a directory of its own.
private final class Tree {
    let root: String
    let tree: SysfsTree

    init() throws {
        var template = Array(("/tmp/extflash-sysfs-" + String(repeating: "X", count: 6)).utf8CString)
        try #require(mkdtemp(&template) != nil)
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        tree = SysfsTree(root: root)
        try tree.prepare()
    }
    deinit { SmallFile.remove(root) }

    private static let base = "/sys/devices/platform/extflash.0/usb1"
    func bytes(_ path: String) -> [UInt8]? {
        guard let file = fopen("\(root)\(Self.base)/\(path)", "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = fread(&buffer, 1, buffer.count, file)
        return Array(buffer[..<count])
    }
    func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }
    func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 512)
        let count = readlink("\(root)\(path)", &buffer, buffer.count - 1)
        return count > 0
            ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
    func driver(_ path: String) -> String? { link("\(Self.base)/\(path)/driver") }
}

@Suite struct `Sysfs tree` {
    @Test func `shows a device as the kernel does`() throws {
        let tree = try Tree()
        let rig = UsbfsRig(.stlinkV3)
        let device = try #require(rig.bus.devices[0])
        tree.tree.attached(device)
        #expect(tree.text("1-1/busnum") == "1\n")
        #expect(tree.text("1-1/devnum") == "2\n")
        #expect(tree.text("1-1/speed") == "480\n")
        #expect(tree.text("1-1/version") == " 2.00\n")
        #expect(tree.text("1-1/idVendor") == "0483\n")
        #expect(tree.text("1-1/idProduct") == "374e\n")
        #expect(tree.text("1-1/bcdDevice") == "0100\n")
        #expect(tree.text("1-1/bDeviceClass") == "ef\n")
        #expect(tree.text("1-1/bConfigurationValue") == "1\n")
        #expect(tree.text("1-1/bMaxPower") == "500mA\n")
        #expect(tree.text("1-1/manufacturer") == "STMicroelectronics\n")
        #expect(tree.text("1-1/serial") == "004E00393137510D39383538\n")
        #expect(
            tree.bytes("1-1/descriptors") == device.port.deviceDescriptor
                + device.port.configurationDescriptor)
        #expect(
            tree.text("1-1/uevent")
                == "MAJOR=189\nMINOR=1\nDEVNAME=bus/usb/001/002\nDEVTYPE=usb_device\nDRIVER=usb\n"
                + "PRODUCT=483/374e/100\nTYPE=239/2/1\nBUSNUM=001\nDEVNUM=002\n")
        #expect(tree.text("1-1/1-1:1.1/bInterfaceClass") == "08\n")
        #expect(tree.text("1-1/1-1:1.0/interface") == "ST-Link Debug\n")
        #expect(
            tree.text("1-1/1-1:1.0/modalias") == "usb:v0483p374Ed0100dcEFdsc02dp01icFFiscFFipFFin00\n")
        #expect(tree.link("/sys/bus/usb/devices/1-1:1.3") != nil)
        #expect(tree.driver("1-1/1-1:1.1") == "/sys/bus/usb/drivers/usb-storage")
        #expect(tree.driver("1-1/1-1:1.0") == nil)
    }

    @Test func `shows raw serial numbers as the kernel does`() throws {
        let tree = try Tree()
        var configuration = BenchConfiguration()
        configuration.probe = .stlinkV2
        configuration.probeFirmware = "V2J16S4"
        let bus = HostBus([SimulatedBench(configuration)])
        bus.observers = [tree.tree]
        bus.advance(to: .zero)
        let serial = "S\u{FF}m\u{06}H\u{82}WQ@'\u{11}\u{87}\n"
        #expect(tree.text("1-1/serial") == serial)
    }

    @Test func `follows drivers, configurations and plugs`() throws {
        let tree = try Tree()
        let rig = UsbfsRig(.cmsisDAPv1)
        tree.tree.attached(try #require(rig.bus.devices[0]))
        rig.bus.observers = [tree.tree]
        let file = try rig.open()
        #expect(tree.driver("1-1/1-1:1.0") == "/sys/bus/usb/drivers/usbhid")
        file.device.unbind(at: 0)
        #expect(tree.driver("1-1/1-1:1.0") == nil)
        _ = rig.call(file, .claimInterface, word: 0)
        #expect(tree.driver("1-1/1-1:1.0") == "/sys/bus/usb/drivers/usbfs")
        _ = rig.call(file, .releaseInterface, word: 0)
        #expect(rig.call(file, .setConfiguration, word: 0) == 0)
        #expect(tree.text("1-1/bConfigurationValue") == "\n")
        #expect(tree.link("/sys/bus/usb/devices/1-1:1.0") == nil)
        #expect(rig.call(file, .setConfiguration, word: 1) == 0)
        #expect(tree.driver("1-1/1-1:1.0") == "/sys/bus/usb/drivers/usbhid")
        rig.bus.unplug(0)
        #expect(tree.text("1-1/devnum") == nil)
        #expect(tree.link("/sys/bus/usb/devices/1-1") == nil)
        rig.bus.plug(0)
        #expect(tree.text("1-1/devnum") == "3\n")
    }
}

@Suite struct `Device events` {
    @Test func `carry the hashes listeners filter by`() {
        // Computed with another implementation.
        #expect(MurmurHash.hash(Array("usb".utf8)) == 0x0577_C5E5)
        #expect(MurmurHash.hash(Array("usb_device".utf8)) == 0x27F8_F50C)
        #expect(MurmurHash.hash(Array("usb_interface".utf8)) == 0xB102_4765)
        #expect(MurmurHash.hash([]) == 0)
    }

    @Test func `come in the kernel's and in the device manager's form`() throws {
        let device = try #require(UsbfsRig(.cmsisDAPv2).bus.devices[0])
        let kernel = DeviceEvent(device).kernelMessage("add", sequence: 7)
        let fields = kernel.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        #expect(fields[0] == "add@/devices/platform/extflash.0/usb1/1-1")
        #expect(fields.contains("SEQNUM=7"))
        #expect(fields.contains("DEVNAME=bus/usb/001/002"))
        let manager = DeviceEvent(device).managerMessage("remove", sequence: 8)
        #expect(Array(manager.prefix(12)) == Array("libudev".utf8) + [0, 0xFE, 0xED, 0xCA, 0xFE])
        #expect(Array(manager[24..<32]) == [0x05, 0x77, 0xC5, 0xE5, 0x27, 0xF8, 0xF5, 0x0C])
        #expect(Int(manager[20]) | Int(manager[21]) << 8 == manager.count - 40)
        let properties = manager[40...].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        #expect(
            properties.prefix(3) == [
                "ACTION=remove", "DEVPATH=/devices/platform/extflash.0/usb1/1-1", "SUBSYSTEM=usb",
            ])
        #expect(properties.contains("DEVNAME=/dev/bus/usb/001/002"))
    }
}
