// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import STLinkProbe

@Suite struct `ST-LINK discovery` {
    @Test func `known products are recognised by name and endpoints`() throws {
        for (device, kind) in [
            (USBDeviceDescription.v2, "ST-LINK/V2"), (.v21, "ST-LINK/V2-1"), (.v3, "STLINK-V3"),
        ] {
            let candidate = try #require(STLinkProbe.recognises(device))
            #expect(candidate.kind == kind)
            #expect(candidate.interface == 0)
            #expect(candidate.serial == "0669FF485550755187121723")
            #expect(candidate.obstacle == nil)
        }
    }

    @Test func `other devices are not`() {
        #expect(
            STLinkProbe.candidates(in: .stlink(0x5740, out: 1, trace: 0x82, packet: 64, speed: .full)).isEmpty
        )
        #expect(
            STLinkProbe.candidates(
                in: .stlink(0x374b, out: 1, trace: 0x82, packet: 64, speed: .full, vendorID: 0x1209)
            ).isEmpty)
    }

    @Test(arguments: [0x3744, 0x374d] as [UInt16]) func `V1 and firmware loaders are listed and refused`(
        id: UInt16
    ) throws {
        let device = USBDeviceDescription.stlink(
            id, out: id == 0x3744 ? 2 : 1, trace: 0x82, packet: 64, speed: .full)
        let candidate = try #require(STLinkProbe.recognises(device))
        #expect(candidate.obstacle?.code == "PRB-006")
        let usb = ScriptedInterface(device, script: [])
        let bus = ScriptedBus(usb)
        let error = try #require(throws: ProbeError.self) {
            try STLinkProbe(opening: device, on: bus, timebase: VirtualTime(), trace: .silent)
        }
        #expect(error.code == "PRB-006")
        #expect(bus.claims.isEmpty)
    }

    @Test func `missing endpoints are an obstacle`() throws {
        // A V2 id with the endpoints of a V2-1.
        let device = USBDeviceDescription.stlink(0x3748, out: 0x01, trace: 0x82, packet: 64, speed: .full)
        #expect(try #require(STLinkProbe.recognises(device)).obstacle?.code == "PRB-006")
    }

    @Test func `a serial number in raw bytes becomes digits`() {
        // String descriptor of a real V2: 1a 03 53 00 ff 00 6d 00 …
        let raw: [UInt16] = [0x53, 0xff, 0x6d, 0x06, 0x48, 0x82, 0x57, 0x51, 0x40, 0x27, 0x11, 0x87]
        #expect(STLinkSerialNumber.text(of: raw) == "53FF6D064882575140271187")
        // Even where every byte happens to be a letter.
        #expect(STLinkSerialNumber.text(of: Array("ABCDEFGHIJKL".utf16)) == "4142434445464748494A4B4C")
        #expect(
            STLinkSerialNumber.text(of: Array("066DFF485550755187121723".utf16)) == "066DFF485550755187121723"
        )
        #expect(STLinkSerialNumber.text(of: [0x41, 0x00, 0xd800]) == "410000")
        #expect(STLinkSerialNumber.text(of: []) == nil)
        #expect(STLinkSerialNumber.text(of: nil) == nil)
    }
}
