// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import USBTestKit
import USBTransport

@testable import STLinkProbe

/// A scripted ST-LINK and what a test needs around it.
struct STLinkFixture {
    typealias Step = ScriptedInterface.Step

    let usb: ScriptedInterface
    let time = VirtualTime()
    let probe: STLinkProbe

    /// What went otherwise than scripted.
    ///
    /// The probe is kept alive for it: it closes its session when it is released.
    var complaints: [String] { withExtendedLifetime(probe) { usb.complaints } }

    /// Opens a probe; `script` goes on after the opening.
    ///
    /// Throws what opening throws.
    init(_ device: USBDeviceDescription = .v3, opening: [Step] = openingV3, _ script: [Step] = [])
        throws(ProbeError)
    {
        usb = ScriptedInterface(device, script: opening + script)
        probe = try STLinkProbe(opening: device, on: ScriptedBus(usb), timebase: time, trace: .silent)
    }

    /// V3J9M3, idle.
    static let openingV3: [Step] =
        exchange("f5", "01 00") + exchange("f1", "30 00 83 04 4e 37")
        + exchange("fb", "03 00 09 03 00 00 00 00 83 04 4e 37")
        + exchange("f5", "01 00")
    /// What `connect(clock:)` sends to that probe for 24 MHz.
    static let connectingV3: [Step] =
        exchange("f5", "01 00") + exchange("f2 62 00", clocksV3)
        + exchange("f2 61 00 00 c0 5d", "80 00 00 00 c0 5d 00 00")
        + exchange("f2 3c 01", "80 00") + exchange("f2 30 a3", "80 00")
    /// A list as V3J9M3 gives it: 24000 8000 3300 1000 200 50 5 kHz.
    static let clocksV3 =
        "80 00 00 00 c0 5d 00 00 07 00 00 00 c0 5d 00 00 40 1f 00 00 e4 0c 00 00 e8 03 00 00 c8 00 00 00 "
        + "32 00 00 00 05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"

    /// A V2 whose firmware is `packed` (two bytes, big endian), idle.
    static func openingV2(_ packed: String) -> [Step] {
        exchange("f5", "01 00") + exchange("f1", packed + " 83 04 48 37") + exchange("f5", "01 00")
    }
    /// V2J45S7, idle.
    static let openingV2J45 = openingV2("2b 47")

    /// A V3 that is connected.
    static func connected(_ script: [Step] = []) throws(ProbeError) -> STLinkFixture {
        let fixture = try STLinkFixture(.v3, opening: openingV3 + connectingV3, script)
        try fixture.probe.connect(clock: .megahertz(24))
        return fixture
    }

    /// A connected V2; `packed` is its firmware.
    static func connectedV2(_ packed: String = "2b 47", _ script: [Step] = []) throws(ProbeError)
        -> STLinkFixture
    {
        let connecting =
            exchange("f5", "01 00") + exchange("f2 43", "80 00") + exchange("f2 3c 01", "80 00")
            + exchange("f2 30 a3", "80 00")
        let fixture = try STLinkFixture(.v2, opening: openingV2(packed) + connecting, script)
        try fixture.probe.connect(clock: .megahertz(4))
        return fixture
    }
}

/// A command in a capture's notation, and its answer if it has one.
func exchange(_ command: String, _ answer: String? = nil) -> [ScriptedInterface.Step] {
    [.out(bytes(command, paddedTo: 16))] + (answer.map { [.reply(bytes($0))] } ?? [])
}

/// How the memory command before went.
func memoryStatus(_ status: String = "80", address: String = "00 00 00 00") -> [ScriptedInterface.Step] {
    exchange("f2 3e", "\(status) 00 00 00 \(address) 00 00 00 00")
}

extension USBDeviceDescription {
    static let v2 = stlink(0x3748, out: 0x02, trace: 0x83, packet: 64, speed: .full)
    static let v21 = stlink(0x374b, out: 0x01, trace: 0x82, packet: 64, speed: .full)
    static let v3 = stlink(0x374e, out: 0x01, trace: 0x82, packet: 512, speed: .high)

    static func stlink(
        _ productID: UInt16, out: UInt8, trace: UInt8, packet: UInt16, speed: USBSpeed,
        serialUnits: [UInt16]? = Array("0669FF485550755187121723".utf16), vendorID: UInt16 = 0x0483
    ) -> USBDeviceDescription {
        let endpoints = [0x81, out, trace].map {
            USBEndpointDescriptor(address: $0, kind: .bulk, maxPacketSize: packet)
        }
        return USBDeviceDescription(
            location: USBLocation(bus: 1, ports: [2], address: 5), vendorID: vendorID, productID: productID,
            release: 0x0100, speed: speed, manufacturer: "STMicroelectronics", product: "STM32 STLink",
            serialUnits: serialUnits,
            interfaces: [
                USBInterfaceDescriptor(
                    number: 0, classCode: 0xff, subclass: 0xff, protocolCode: 0xff, endpoints: endpoints)
            ])
    }
}
