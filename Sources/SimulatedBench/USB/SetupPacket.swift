// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The eight bytes that open a control transfer (USB 2.0 §9.3).
struct SetupPacket: Hashable {
    var requestType: UInt8, request: UInt8
    var value: UInt16, index: UInt16, length: UInt16

    enum Kind: UInt8 { case standard, classSpecific, vendor, reserved }
    enum Recipient: UInt8 { case device, interface, endpoint, other }

    var isIn: Bool { requestType & 0x80 != 0 }
    var kind: Kind { Kind(rawValue: requestType >> 5 & 3) ?? .reserved }
    var recipient: Recipient { Recipient(rawValue: requestType & 0x1F) ?? .other }
}

extension SetupPacket {
    /// The packet as it travels; `bytes` are eight.
    init(_ bytes: [UInt8]) {
        precondition(bytes.count == 8, "a set-up stage has eight bytes")
        func word(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
        self.init(
            requestType: bytes[0], request: bytes[1], value: word(2), index: word(4), length: word(6))
    }

    /// The packet as it travels.
    var bytes: [UInt8] {
        [requestType, request] + [value, index, length].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    }
}
