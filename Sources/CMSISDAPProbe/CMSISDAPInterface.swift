// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import USBTransport

/// A USB interface that speaks CMSIS-DAP, and the endpoints to speak it on.
struct CMSISDAPInterface: Hashable, Sendable {
    enum Form: Hashable, Sendable {
        /// Version 2: vendor class, bulk; one transfer is one request or response of its own length.
        case bulk(out: UInt8)
        /// Version 1: HID; every report is full, padding included. Without an OUT endpoint reports go through
        /// endpoint 0.
        case hid(out: UInt8?)
    }

    let number: UInt8
    let form: Form
    let answerEndpoint: UInt8
    /// Bytes; for HID also the length of a report.
    let requestPacketSize: Int, answerPacketSize: Int

    var kind: String {
        switch form {
        case .bulk: "CMSIS-DAP v2"
        case .hid: "CMSIS-DAP v1"
        }
    }
    /// Whether bytes behind the meaningful part of a response are rubbish.
    var padsResponses: Bool {
        switch form {
        case .bulk: false
        case .hid: true
        }
    }

    /// Every usable interface of the device, version 2 before version 1.
    ///
    /// A name alone proves nothing: DAPLink has a third interface called "WebUSB: CMSIS-DAP" without
    /// endpoints.
    static func all(in device: USBDeviceDescription) -> [CMSISDAPInterface] {
        let settings = device.interfaces.filter { $0.alternate == 0 }
        let isNamedByProduct = isName(device.product)
        let bulk = settings.compactMap { setting -> CMSISDAPInterface? in
            guard isName(setting.name) || (setting.name == nil && isNamedByProduct) else { return nil }
            return CMSISDAPInterface(bulk: setting)
        }
        let humanInterfaces = settings.filter { $0.classCode == humanInterfaceClass }
        let hid = humanInterfaces.compactMap { setting -> CMSISDAPInterface? in
            // The product's name speaks for a HID interface only when no other one could be meant.
            guard isName(setting.name) || (isNamedByProduct && humanInterfaces.count == 1) else { return nil }
            return CMSISDAPInterface(hid: setting)
        }
        return bulk + hid
    }

    private static let vendorClass: UInt8 = 0xff
    private static let humanInterfaceClass: UInt8 = 0x03

    private static func isName(_ text: String?) -> Bool {
        guard let text else { return false }
        return text.contains("CMSIS-DAP") || text.contains("CMSIS_DAP")
    }

    /// Endpoints in the order the specification fixes: OUT, IN, and maybe IN for trace.
    private init?(bulk setting: USBInterfaceDescriptor) {
        // KitProg3 leaves the class open.
        let isVendor = setting.classCode == Self.vendorClass && setting.subclass == 0
        guard isVendor || setting.classCode == 0, (2...3).contains(setting.endpoints.count) else {
            return nil
        }
        let out = setting.endpoints[0], answer = setting.endpoints[1]
        guard out.kind == .bulk, !out.isIn, answer.kind == .bulk, answer.isIn else { return nil }
        guard out.maxPacketSize > 0, answer.maxPacketSize > 0 else { return nil }
        (number, form, answerEndpoint) = (setting.number, .bulk(out: out.address), answer.address)
        (requestPacketSize, answerPacketSize) = (Int(out.maxPacketSize), Int(answer.maxPacketSize))
    }

    private init?(hid setting: USBInterfaceDescriptor) {
        let interrupts = setting.endpoints.filter { $0.kind == .interrupt && $0.maxPacketSize > 0 }
        guard let answer = interrupts.first(where: \.isIn) else { return nil }
        let out = interrupts.first { !$0.isIn }
        (number, form, answerEndpoint) = (setting.number, .hid(out: out?.address), answer.address)
        (requestPacketSize, answerPacketSize) =
            (Int((out ?? answer).maxPacketSize), Int(answer.maxPacketSize))
    }
}
