// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing
import USBTransport

@testable import LibUSBTransport

@Suite struct `A serial number's descriptor` {
    @Test func `raw bytes come as one unit each`() {
        let raw: [UInt8] = [0x53, 0xFF, 0x00, 0x06, 0x48, 0x82, 0x57, 0x51, 0x40, 0x27, 0x11, 0x87]
        let units = LibUSBSerialNumber.units(ofDescriptor: [26, 3] + raw.flatMap { [$0, 0] })
        #expect(units == raw.map(UInt16.init))
    }

    @Test(
        arguments: [
            [], [4], [4, 3], [4, 3, 0x41], [2, 3], [3, 3, 0x41, 0], [0, 3, 0x41, 0], [4, 2, 0x41, 0],
        ] as [[UInt8]])
    func `no text is made of what is none`(bytes: [UInt8]) {
        #expect(LibUSBSerialNumber.units(ofDescriptor: bytes) == nil)
    }

    @Test func `a length beyond what came, and a torn unit, are cut`() {
        #expect(LibUSBSerialNumber.units(ofDescriptor: [255, 3, 0x41, 0, 0x42]) == [0x41])
    }

    @Test func `only text longer than a raw number is trusted`() {
        #expect(LibUSBSerialNumber.isWhole(Array("066DFF485550755187121723".utf16)))
        #expect(!LibUSBSerialNumber.isWhole(Array("R?n".utf16)))
        #expect(!LibUSBSerialNumber.isWhole([0x53, 0xFF] + Array("066DFF4855507".utf16)))
        #expect(!LibUSBSerialNumber.isWhole([]))
    }
}

@Suite struct `libusb's words in ours` {
    private let device = USBDeviceDescription(
        location: USBLocation(bus: 250, ports: [1], address: 9), vendorID: 1, productID: 2, release: 0,
        speed: .full, manufacturer: nil, product: nil, serialUnits: nil, interfaces: [])

    @Test(
        arguments: [
            (-3, USBError.accessDenied(device: "/dev/bus/usb/250/009")), (-4, .disconnected), (-9, .stalled),
            (-7, .system(operation: "step", detail: "LIBUSB_ERROR_TIMEOUT")),
            (-99, .system(operation: "step", detail: "LIBUSB_ERROR_OTHER")),
        ] as [(Int32, USBError)])
    func `an error code becomes what a driver acts upon`(code: Int32, error: USBError) {
        #expect(LibUSB.error(code, operation: "step", device: device) == error)
    }

    @Test(
        arguments: [
            (Duration.zero, 1), (.nanoseconds(1), 1), (.milliseconds(10), 10), (.microseconds(10_001), 11),
            (.seconds(-1), 1), (.seconds(Int64.max), UInt32.max),
        ] as [(Duration, UInt32)])
    func `a limit is rounded up and never means for ever`(limit: Duration, milliseconds: UInt32) {
        #expect(LibUSBTransfer.milliseconds(limit) == milliseconds)
    }
}
