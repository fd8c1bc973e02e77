// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What a client sends before a device is its own (kernel documentation, usb/usbip_protocol; numbers are big-endian).
enum USBIPRequest: Hashable, Sendable {
    case deviceList
    case importDevice(busID: String)

    /// Version 1.1.1 as binary-coded decimals.
    static let version: UInt16 = 0x0111
    /// Version, code and status.
    static let headerSize = 8
    static let busIDSize = 32

    enum Malformed: Error, Hashable {
        case version(UInt16)
        case code(UInt16)
    }

    /// Length of the request that begins with these bytes; nil when more of them are needed to tell.
    static func size(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> Int? {
        guard bytes.count >= headerSize else { return nil }
        let version = bigEndian(bytes, 0) as UInt16
        guard version == Self.version else { throw .version(version) }
        let code = bigEndian(bytes, 2) as UInt16
        switch code {
        case 0x8005: return headerSize
        case 0x8003: return headerSize + busIDSize
        default: throw .code(code)
        }
    }

    /// A request of the length that ``size(_:)`` gave.
    init(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= Self.headerSize + Self.busIDSize else {
            self = .deviceList
            return
        }
        let name = bytes.dropFirst(Self.headerSize).prefix(Self.busIDSize).prefix { $0 != 0 }
        self = .importDevice(busID: String(decoding: name, as: UTF8.self))
    }
}

/// What a client sends to the device it has imported.
struct USBIPCommand: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A transfer: its set-up packet counts on endpoint 0, and an OUT transfer's data follow the header.
        case submit(flags: UInt32, length: Int, packets: UInt32, setup: [UInt8])
        /// Takes the transfer with that number back.
        case unlink(UInt32)
    }
    static let headerSize = 48
    /// `URB_SHORT_NOT_OK` and `URB_ZERO_PACKET`, the flags that mean something on the wire.
    static let shortNotOkay: UInt32 = 0x01, zeroPacket: UInt32 = 0x40

    var sequence: UInt32
    /// Bus number in the upper half, address in the lower.
    var device: UInt32
    var isIn: Bool
    /// Without the direction.
    var endpoint: UInt8
    var kind: Kind

    enum Malformed: Error, Hashable {
        case command(UInt32)
        case endpoint(UInt32)
        case length(Int32)
        /// None of our devices has an isochronous endpoint.
        case isochronous
    }

    /// Bytes that follow the header.
    var dataCount: Int {
        if !isIn, case .submit(_, let length, _, _) = kind { length } else { 0 }
    }

    /// - Parameters:
    ///   - bytes: 48 of them.
    ///   - lengthLimit: longest transfer that is taken.
    /// - Throws: what makes no sense about it.
    init(_ bytes: ArraySlice<UInt8>, lengthLimit: Int) throws(Malformed) {
        let endpoint = bigEndian(bytes, 16) as UInt32
        guard endpoint < 16 else { throw .endpoint(endpoint) }
        sequence = bigEndian(bytes, 4)
        device = bigEndian(bytes, 8)
        isIn = bigEndian(bytes, 12) as UInt32 != 0
        self.endpoint = UInt8(endpoint)
        switch bigEndian(bytes, 0) as UInt32 {
        case 1:
            let length = Int32(bitPattern: bigEndian(bytes, 24))
            guard length >= 0, Int(length) <= lengthLimit else { throw .length(length) }
            let packets = bigEndian(bytes, 32) as UInt32
            guard packets == 0 || packets == .max else { throw .isochronous }
            kind = .submit(
                flags: bigEndian(bytes, 20), length: Int(length), packets: packets,
                setup: Array(bytes.dropFirst(40).prefix(8)))
        case 2: kind = .unlink(bigEndian(bytes, 20))
        case let other: throw .command(other)
        }
    }
}

/// The number at `offset` from the slice's start; the caller has made sure that it is there.
private func bigEndian<Integer: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> Integer {
    bytes.dropFirst(offset).prefix(MemoryLayout<Integer>.size)
        .reduce(0) { $0 << 8 | Integer(truncatingIfNeeded: $1) }
}
