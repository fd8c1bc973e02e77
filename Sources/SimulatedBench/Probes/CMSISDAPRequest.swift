// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The bytes of a request, taken one field at a time; past the end there are zeros, as in a cleared buffer.
struct CMSISDAPRequest {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset >= bytes.count }
    var first: UInt8 { bytes.first ?? 0 }

    mutating func byte() -> UInt8 {
        defer { offset += 1 }
        return offset < bytes.count ? bytes[offset] : 0
    }
    mutating func halfword() -> UInt16 { UInt16(byte()) | UInt16(byte()) << 8 }
    mutating func word() -> UInt32 { UInt32(halfword()) | UInt32(halfword()) << 16 }
}
