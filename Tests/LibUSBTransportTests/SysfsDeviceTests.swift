// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing
import USBTransport

@testable import LibUSBTransport

@Suite struct `A device in sysfs` {
    private let folder: TemporaryFolder
    private let location = USBLocation(bus: 3, ports: [1, 4], address: 7)
    private var device: SysfsDevice { SysfsDevice(at: location, root: folder.path) }

    init() throws { folder = try TemporaryFolder() }

    @Test func `its strings are read without their line end`() throws {
        try folder.write(Array("STMicroelectronics\n".utf8), to: "3-1.4/manufacturer")
        try folder.write(Array("STLINK-V3\n".utf8), to: "3-1.4/product")
        try folder.write(Array("ST-Link Debug\n".utf8), to: "3-1.4:1.0/interface")
        #expect(device.manufacturer == "STMicroelectronics")
        #expect(device.product == "STLINK-V3")
        #expect(device.interfaceName(0, configuration: 1) == "ST-Link Debug")
        #expect(device.serial == nil)
        #expect(device.interfaceName(1, configuration: 1) == nil)
    }

    @Test func `a line end in the serial number itself is kept`() throws {
        try folder.write([0x53, 0x0A, 0x0A], to: "3-1.4/serial")
        #expect(device.serial == "S\n")
    }

    @Test func `endless or invalid text is bounded`() throws {
        try folder.write([UInt8](repeating: 0x41, count: 100_000), to: "3-1.4/product")
        try folder.write([0xFF, 0xC0, 0x41], to: "3-1.4/manufacturer")
        #expect(device.product?.utf8.count == 4096)
        #expect(device.manufacturer?.hasSuffix("A") == true)
    }

    @Test func `it is present only under its own address`() throws {
        #expect(!device.isPresent)
        #expect(device.hasLeft)
        try folder.write(Array("7\n".utf8), to: "3-1.4/devnum")
        #expect(device.isPresent)
        #expect(!device.hasLeft)
        try folder.write(Array("8\n".utf8), to: "3-1.4/devnum")
        #expect(device.hasLeft)
    }

    @Test func `nothing is said to have left where sysfs is hidden`() {
        #expect(!SysfsDevice(at: location, root: folder.path + "/none").hasLeft)
    }

    @Test func `the driver of an interface is the name its link points to`() throws {
        try folder.link("3-1.4:1.0/driver", to: "../../../bus/usb/drivers/usbhid")
        #expect(device.driver(ofInterface: 0, configuration: 1) == "usbhid")
        #expect(device.driver(ofInterface: 1, configuration: 1) == nil)
    }
}
