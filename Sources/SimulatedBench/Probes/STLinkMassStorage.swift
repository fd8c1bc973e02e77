// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The drive of a V2-1 or V3 with nothing in it: it says what it is, and that no medium is present.
///
/// Real ones show a small file system through which images can be dropped onto the internal flash; that is not modelled,
/// but a host's storage driver must find a drive it can live with, or it resets the whole probe again and again.
/// Bulk-only transport (USB Mass Storage Class Bulk-Only Transport 1.0), SCSI commands (SPC-2, SBC).
struct STLinkMassStorage {
    /// What is to be sent IN, in this order, each ended by a short or empty packet.
    typealias Answer = [[UInt8]]

    private enum SenseKey: UInt8 { case none = 0, notReady = 2, illegalRequest = 5 }
    private struct Sense {
        var key = SenseKey.none
        var code: UInt8 = 0
    }
    private struct Wrapper {
        var tag: [UInt8]
        var length: Int
        var isIn: Bool
        var command: [UInt8]
    }

    private var sense = Sense()
    /// A refused command's OUT data are taken and dropped before its status is sent.
    private var dropping: (wrapper: Wrapper, left: Int)?

    private static let wrapperSize = 31
    private static let commandSignature = Array("USBC".utf8), statusSignature = Array("USBS".utf8)

    mutating func reset() { (sense, dropping) = (Sense(), nil) }

    /// Get Max LUN and Bulk-Only Mass Storage Reset (§3.1, §3.2); nil stalls.
    mutating func control(_ setup: SetupPacket) -> [UInt8]? {
        switch (setup.requestType, setup.request) {
        case (0xA1, 0xFE): return [0]
        case (0x21, 0xFF):
            reset()
            return []
        default: return nil
        }
    }

    /// One packet of the OUT endpoint; what is no command wrapper is not answered (§6.6.1).
    mutating func take(_ packet: [UInt8]) -> Answer {
        if let (wrapper, left) = dropping {
            dropping = left > packet.count ? (wrapper, left - packet.count) : nil
            return dropping == nil ? [status(of: wrapper, moved: 0, failed: true)] : []
        }
        guard packet.count == Self.wrapperSize, Array(packet.prefix(4)) == Self.commandSignature,
            1...16 ~= packet[14] & 0x1F
        else { return [] }
        let length = (0..<4).reduce(0) { $0 | Int(packet[8 + $1]) << (8 * $1) }
        let wrapper = Wrapper(
            tag: Array(packet[4..<8]), length: length, isIn: packet[12] & 0x80 != 0,
            command: Array(packet[15...]))
        let data = execute(wrapper)
        if data == nil, !wrapper.isIn, length > 0 {
            dropping = (wrapper, length)
            return []
        }
        let sent = wrapper.isIn ? Array((data ?? []).prefix(length)) : []
        let status = status(of: wrapper, moved: sent.count, failed: data == nil)
        return wrapper.isIn && length > 0 ? [sent, status] : [status]
    }

    /// Command status wrapper (§5.2).
    private func status(of wrapper: Wrapper, moved: Int, failed: Bool) -> [UInt8] {
        let residue = UInt32(clamping: wrapper.length - moved)
        return Self.statusSignature + wrapper.tag + VirtualSTLink.bytes(residue) + [failed ? 1 : 0]
    }

    /// - Returns: the command's data, none where it has none; nil when it fails, with the reason in ``sense``.
    private mutating func execute(_ wrapper: Wrapper) -> [UInt8]? {
        let command = wrapper.command
        switch command[0] {
        // REQUEST SENSE tells of the command before, once (SPC-2 §7.20).
        case 0x03:
            defer { sense = Sense() }
            let bytes: [UInt8] =
                [0x70, 0, sense.key.rawValue, 0, 0, 0, 0, 10, 0, 0, 0, 0, sense.code] + [0, 0, 0, 0, 0]
            return Array(bytes.prefix(Int(command[4])))
        // INQUIRY without vital product data (SPC-2 §7.3).
        case 0x12 where command[1] & 1 == 0:
            sense = Sense()
            return Array(Self.inquiry.prefix(Int(command[4])))
        // TEST UNIT READY, START STOP UNIT, READ FORMAT CAPACITIES, READ CAPACITY, READ, WRITE: no medium.
        case 0x00, 0x1B, 0x23, 0x25, 0x28, 0x2A: sense = Sense(key: .notReady, code: 0x3A)
        default: sense = Sense(key: .illegalRequest, code: 0x20)
        }
        return nil
    }

    /// A removable direct-access device, as Linux's log shows those of Nucleo boards.
    private static let inquiry: [UInt8] =
        [0, 0x80, 2, 2, 31, 0, 0, 0] + Array("MBED    ".utf8) + Array("microcontroller ".utf8)
        + Array("1.0 ".utf8)
}
