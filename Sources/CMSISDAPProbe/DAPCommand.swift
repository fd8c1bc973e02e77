// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// One CMSIS-DAP request and its response, which both begin with the command's id.
protocol DAPCommand {
    associatedtype Response
    static var identifier: UInt8 { get }
    static var name: String { get }
    /// Everything after the id.
    func encode(into request: inout ByteWriter)
    /// Reads what follows the id; there may be padding behind it.
    func decode(_ response: inout ByteReader) throws(TruncatedBytes) -> Response
}

extension DAPCommand {
    var request: [UInt8] {
        var request = ByteWriter()
        request.write(Self.identifier)
        encode(into: &request)
        return request.bytes
    }

    /// Decodes a whole response whose id has been checked.
    func decode(response: [UInt8]) throws(TruncatedBytes) -> Response {
        var reader = ByteReader(response.span)
        _ = try reader.read(UInt8.self)
        return try decode(&reader)
    }
}

/// DAP_OK or DAP_ERROR.
struct DAPStatus: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt8
    var isOK: Bool { rawValue == 0x00 }
}

extension DAPCommand where Response == DAPStatus {
    func decode(_ response: inout ByteReader) throws(TruncatedBytes) -> DAPStatus {
        DAPStatus(rawValue: try response.read())
    }
}
