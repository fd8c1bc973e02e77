// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// `struct usbdevfs_urb` of a 64-bit program.
struct UsbfsURB: Hashable, Sendable {
    enum Kind: UInt8, Sendable { case isochronous, interrupt, control, bulk }
    struct Flags: OptionSet, Hashable, Sendable {
        let rawValue: UInt32
        static let shortNotOkay = Flags(rawValue: 0x01)
        static let bulkContinuation = Flags(rawValue: 0x04)
        static let noReclamation = Flags(rawValue: 0x20)
        static let zeroPacket = Flags(rawValue: 0x40)
        static let noInterrupt = Flags(rawValue: 0x80)
        static let known: Flags = [
            .shortNotOkay, .bulkContinuation, .noReclamation, .zeroPacket, .noInterrupt,
        ]
    }
    static let size = 56

    /// As the caller gave it; not every value is a ``Kind``.
    var kind: UInt8
    var endpoint: UInt8
    var flags: Flags
    /// Address of the data in the caller's memory.
    var buffer: UInt64
    var length: Int32
    /// Signal to send at the end; 0 is none.
    var signal: UInt32

    init(_ bytes: [UInt8]) throws(TruncatedBytes) {
        var reader = ByteReader(bytes.span)
        kind = try reader.read()
        endpoint = try reader.read()
        _ = try reader.readBytes(6)
        flags = Flags(rawValue: try reader.read())
        _ = try reader.readBytes(4)
        buffer = try reader.read()
        length = try reader.read()
        _ = try reader.readBytes(16)
        signal = try reader.read()
        _ = try reader.readBytes(8)
    }

    /// Where in the structure the results go.
    static let statusOffset: UInt64 = 4
    static let transferredOffset: UInt64 = 28
    static let errorCountOffset: UInt64 = 40
}

/// `struct usbdevfs_ctrltransfer` and `struct usbdevfs_bulktransfer`: a transfer that is waited for.
struct UsbfsTransfer: Hashable, Sendable {
    static let size = 24
    /// The first eight bytes: set-up stage, or endpoint and length.
    var head: [UInt8]
    /// Milliseconds; 0 is for ever.
    var limit: UInt32
    /// Address of the data in the caller's memory.
    var buffer: UInt64

    init(_ bytes: [UInt8]) throws(TruncatedBytes) {
        var reader = ByteReader(bytes.span)
        head = try reader.readBytes(8)
        limit = try reader.read()
        _ = try reader.readBytes(4)
        buffer = try reader.read()
    }

    /// Of a bulk transfer.
    var endpoint: UInt32 { word(0) }
    var length: UInt32 { word(4) }
    private func word(_ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(head[offset + $1]) << UInt32(8 * $1) }
    }
}

/// `struct usbdevfs_ioctl`.
struct UsbfsInterfaceControl: Hashable, Sendable {
    static let size = 16
    var interface: Int32
    var command: UInt32

    init(_ bytes: [UInt8]) throws(TruncatedBytes) {
        var reader = ByteReader(bytes.span)
        interface = try reader.read()
        command = try reader.read()
        // The data of commands to a driver; ours have none.
        _ = try reader.readBytes(8)
    }
}

/// `struct usbdevfs_disconnect_claim`.
struct UsbfsDisconnectClaim: Hashable, Sendable {
    static let size = 264
    var interface: UInt32
    /// Only if the driver bound is the one named.
    var onlyIfDriver: Bool
    /// Only if it is not.
    var exceptDriver: Bool
    var driver: String

    init(_ bytes: [UInt8]) throws(TruncatedBytes) {
        var reader = ByteReader(bytes.span)
        interface = try reader.read()
        let flags: UInt32 = try reader.read()
        (onlyIfDriver, exceptDriver) = (flags & 1 != 0, flags & 2 != 0)
        driver = String(decoding: try reader.readBytes(256).prefix { $0 != 0 }, as: UTF8.self)
    }
}
