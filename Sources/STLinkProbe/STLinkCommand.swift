// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// One ST-LINK request: a command block, at most one data phase in either direction, and what the answer
/// means.
///
/// The vendor's name is in `name`; bytes and meaning of a command meet only in its type.
protocol STLinkCommand {
    associatedtype Response
    static var name: String { get }
    /// Byte 0 of the answer is a status; otherwise the answer is data throughout.
    static var reportsStatus: Bool { get }
    /// The firmware that has the command; nil when all have.
    static var feature: STLinkFeature? { get }
    /// Bytes; 0 when the probe says nothing.
    var answerSize: Int { get }
    /// Data that follows the command block on the OUT endpoint.
    var payload: [UInt8] { get }
    func encode(into block: inout CommandBlock)
    /// Reads the whole answer, status included.
    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> Response
}

extension STLinkCommand {
    static var reportsStatus: Bool { true }
    static var feature: STLinkFeature? { nil }
    var answerSize: Int { 2 }
    var payload: [UInt8] { [] }
}

extension STLinkCommand where Response == Void {
    /// There is nothing in the answer but the status.
    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) {}
}

/// The command descriptor block, always sent whole, zero padded.
struct CommandBlock {
    static let size = 16
    private(set) var bytes = [UInt8](repeating: 0, count: size)
    private var used = 0

    init(_ command: some STLinkCommand) { command.encode(into: &self) }

    mutating func append(_ opcode: UInt8...) {
        for byte in opcode { put(byte) }
    }
    mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
        for shift in stride(from: 0, to: Integer.bitWidth, by: 8) {
            put(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
    private mutating func put(_ byte: UInt8) {
        precondition(used < Self.size, "an ST-LINK command has 16 bytes")
        bytes[used] = byte
        used += 1
    }
}

/// What the probe made of a command.
enum STLinkReply<Response> {
    case done(Response)
    case failed(STLinkStatus)
}
