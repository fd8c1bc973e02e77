// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import USBTestKit
import USBTransport

@testable import CMSISDAPProbe

/// A scripted CMSIS-DAP probe and what a test needs around it.
struct CMSISDAPFixture {
    typealias Step = ScriptedInterface.Step

    let usb: ScriptedInterface
    let time = VirtualTime()
    let probe: CMSISDAPProbe

    /// What went otherwise than scripted.
    ///
    /// The probe is kept alive for it: it closes its session when it is released.
    var complaints: [String] { withExtendedLifetime(probe) { usb.complaints } }

    init(_ device: USBDeviceDescription = .bulk, opening: [Step] = opening(), _ script: [Step] = [])
        throws(ProbeError)
    {
        usb = ScriptedInterface(device, script: opening + script)
        probe = try CMSISDAPProbe(opening: device, on: ScriptedBus(usb), timebase: time, trace: .silent)
    }

    /// A probe with those buffers, protocol 2.0.0.
    static func opening(size: UInt16 = 512, count: UInt8 = 4) -> [Step] {
        dap("00 fe") + [.reply([0, 1, count])] + dap("00 ff")
            + [.reply([0, 2, UInt8(size & 0xff), UInt8(size >> 8)])] + dap("00 fe") + [.reply([0, 1, count])]
            + dap("00 f0", "00 02 13 00") + dap("00 04", "00 06 32 2e 30 2e 30 00")
    }
    /// What `connect(clock:)` sends for 10 MHz: the values are those of the specification.
    static let connecting: [Step] =
        dap("03", "03 00") + dap("02 01", "02 01") + clock10MHz + dap("13 00", "13 00")
        + dap("01 00 01", "01 00")
        + switching
    static let clock10MHz = dap("11 80 96 98 00", "11 00") + dap("04 00 50 c3 00 00", "04 00")
    /// Line reset, JTAG to SWD, line reset, idle, clock again, DPIDR.
    static let switching: [Step] =
        dap("12 33 ff ff ff ff ff ff ff", "12 00") + dap("12 10 9e e7", "12 00")
        + dap("12 33 ff ff ff ff ff ff ff", "12 00") + dap("12 08 00", "12 00")
        + dap("11 80 96 98 00", "11 00")
        + dap("05 00 01 02", "05 01 01 77 24 a0 6b")

    static func connected(
        size: UInt16 = 512, count: UInt8 = 4, _ script: [Step] = []
    ) throws(ProbeError) -> CMSISDAPFixture {
        let fixture = try CMSISDAPFixture(opening: opening(size: size, count: count) + connecting, script)
        try fixture.probe.connect(clock: .megahertz(10))
        return fixture
    }

    /// The same over HID: 64-byte reports, padded both ways.
    static func connectedHID(_ script: [Step] = []) throws(ProbeError) -> CMSISDAPFixture {
        let fixture = try CMSISDAPFixture(.hid, opening: reports(opening(size: 64) + connecting), script)
        try fixture.probe.connect(clock: .megahertz(10))
        return fixture
    }
}

/// A request in a capture's notation, and its response if it has one.
func dap(_ request: String, _ response: String? = nil) -> [ScriptedInterface.Step] {
    [.out(bytes(request))] + (response.map { [.reply(bytes($0))] } ?? [])
}

/// The same steps as full reports: requests padded with zeros, responses with the rubbish real probes leave
/// there.
func reports(_ steps: [ScriptedInterface.Step], size: Int = 64) -> [ScriptedInterface.Step] {
    steps.map { step in
        switch step {
        case .out(let bytes): .out(bytes + [UInt8](repeating: 0, count: size - bytes.count))
        case .reply(let bytes): .reply(bytes + [UInt8](repeating: 0xa5, count: size - bytes.count))
        case .outFails, .replyFails: step
        }
    }
}

/// Little-endian words, as they go over the wire.
func words(_ values: some Sequence<UInt32>) -> [UInt8] {
    values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) } }
}

extension USBDeviceDescription {
    /// High speed, version 2 only.
    static let bulk = cmsisDAP(.bulkInterface(0, packet: 512), speed: .high)
    /// Full speed, version 1 only.
    static let hid = cmsisDAP(.hidInterface(0), speed: .full)

    static func cmsisDAP(
        _ interfaces: USBInterfaceDescriptor..., product: String? = "DAPLink CMSIS-DAP",
        serialUnits: [UInt16]? = Array("0240000034544e45".utf16), speed: USBSpeed = .high
    ) -> USBDeviceDescription {
        USBDeviceDescription(
            location: USBLocation(bus: 1, ports: [3], address: 9), vendorID: 0x0d28, productID: 0x0204,
            release: 0x1000,
            speed: speed, manufacturer: "Arm", product: product, serialUnits: serialUnits,
            interfaces: interfaces)
    }
}

extension USBInterfaceDescriptor {
    static func bulkInterface(
        _ number: UInt8, packet: UInt16 = 512, name: String? = "CMSIS-DAP v2", classCode: UInt8 = 0xff
    ) -> USBInterfaceDescriptor {
        USBInterfaceDescriptor(
            number: number, classCode: classCode, subclass: 0, protocolCode: 0, name: name,
            endpoints: [
                USBEndpointDescriptor(address: 0x03, kind: .bulk, maxPacketSize: packet),
                USBEndpointDescriptor(address: 0x85, kind: .bulk, maxPacketSize: packet),
            ])
    }
    static func hidInterface(
        _ number: UInt8, name: String? = "CMSIS-DAP v1", hasOut: Bool = true
    ) -> USBInterfaceDescriptor {
        let answer = USBEndpointDescriptor(address: 0x81, kind: .interrupt, maxPacketSize: 64, interval: 1)
        let out = USBEndpointDescriptor(address: 0x01, kind: .interrupt, maxPacketSize: 64, interval: 1)
        return USBInterfaceDescriptor(
            number: number, classCode: 3, subclass: 0, protocolCode: 0, name: name,
            endpoints: hasOut ? [answer, out] : [answer])
    }
}
