// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import CMSISDAPProbe

@Suite struct `CMSIS-DAP discovery` {
    private func kinds(_ device: USBDeviceDescription) -> [String] {
        CMSISDAPProbe.candidates(in: device).map { "\($0.kind) on \($0.interface)" }
    }

    @Test func `version 2 comes before version 1`() {
        let device = USBDeviceDescription.cmsisDAP(.hidInterface(4), .bulkInterface(5))
        #expect(kinds(device) == ["CMSIS-DAP v2 on 5", "CMSIS-DAP v1 on 4"])
        #expect(CMSISDAPProbe.candidates(in: device).first?.interface == 5)
        #expect(CMSISDAPProbe.candidates(in: device).first?.serial == "0240000034544e45")
    }

    @Test func `an interface is told by its own name when the product says nothing`() {
        // ORBTrace: the product is called "Orbtrace".
        let device = USBDeviceDescription.cmsisDAP(.bulkInterface(5), .hidInterface(4), product: "Orbtrace")
        #expect(kinds(device) == ["CMSIS-DAP v2 on 5", "CMSIS-DAP v1 on 4"])
        #expect(kinds(.cmsisDAP(.bulkInterface(0, name: "CMSIS_DAP"), product: nil)) == ["CMSIS-DAP v2 on 0"])
    }

    @Test func `the product's name does where the interface has none`() {
        #expect(kinds(.cmsisDAP(.bulkInterface(0, name: nil))) == ["CMSIS-DAP v2 on 0"])
        #expect(kinds(.cmsisDAP(.hidInterface(0, name: nil))) == ["CMSIS-DAP v1 on 0"])
        // Which of two it is, it cannot say.
        #expect(kinds(.cmsisDAP(.hidInterface(0, name: nil), .hidInterface(1, name: "Keyboard"))) == [])
        #expect(kinds(.cmsisDAP(.bulkInterface(0, name: "Serial"))) == [])
    }

    @Test func `a name without endpoints is none`() {
        let webUSB = USBInterfaceDescriptor(
            number: 2, classCode: 0xff, subclass: 0, protocolCode: 0, name: "WebUSB: CMSIS-DAP", endpoints: []
        )
        #expect(kinds(.cmsisDAP(webUSB)) == [])
    }

    @Test func `endpoints come in the order of the specification`() {
        let endpoints = USBInterfaceDescriptor.bulkInterface(0).endpoints
        func interface(_ endpoints: [USBEndpointDescriptor]) -> USBInterfaceDescriptor {
            USBInterfaceDescriptor(
                number: 0, classCode: 0xff, subclass: 0, protocolCode: 0, name: "CMSIS-DAP",
                endpoints: endpoints)
        }
        let trace = USBEndpointDescriptor(address: 0x86, kind: .bulk, maxPacketSize: 512)
        #expect(kinds(.cmsisDAP(interface(endpoints + [trace]))) == ["CMSIS-DAP v2 on 0"])
        #expect(kinds(.cmsisDAP(interface(endpoints.reversed()))) == [])
        #expect(kinds(.cmsisDAP(interface(endpoints + [trace, trace]))) == [])
        #expect(kinds(.cmsisDAP(interface([endpoints[0]]))) == [])
    }

    @Test func `other classes are not probes`() {
        #expect(kinds(.cmsisDAP(.bulkInterface(0, classCode: 0x08))) == [])
        // KitProg3 leaves the class open.
        #expect(kinds(.cmsisDAP(.bulkInterface(0, classCode: 0x00))) == ["CMSIS-DAP v2 on 0"])
    }

    @Test func `a probe without serial number`() {
        #expect(
            CMSISDAPProbe.candidates(in: .cmsisDAP(.bulkInterface(0), serialUnits: nil)).map(\.serial) == [
                nil
            ])
    }
}
