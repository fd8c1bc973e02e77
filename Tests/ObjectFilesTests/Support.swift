// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles
import Testing

/// `text` as a file.
func source(_ name: String, _ text: String, address: UInt32? = nil, format: ImageFormat? = nil) -> ImageSource
{
    ImageSource(name: name, bytes: Array(text.utf8), format: format, address: address)
}

func image(_ sources: ImageSource..., expecting: ImageExpectation = ImageExpectation()) throws
    -> FirmwareImage
{
    try FirmwareImage.merging(sources, expecting: expecting)
}

func failure(_ sources: ImageSource..., expecting: ImageExpectation = ImageExpectation()) throws -> ImageError
{
    try #require(throws: ImageError.self) { try FirmwareImage.merging(sources, expecting: expecting) }
}

/// An Intel HEX record with the checksum worked out here, not by the code under test.
func hexRecord(_ type: UInt8, _ offset: UInt16, _ data: [UInt8]) -> String {
    let body = [UInt8(data.count), UInt8(offset >> 8), UInt8(offset & 0xFF), type] + data
    let sum = body.reduce(0) { ($0 + Int($1)) % 256 }
    return ":" + (body + [UInt8((256 - sum) % 256)]).map(text).joined() + "\n"
}

/// An S-record; `address` has as many bytes as the type wants.
func sRecord(_ type: Int, address: [UInt8], _ data: [UInt8]) -> String {
    let body = [UInt8(address.count + data.count + 1)] + address + data
    let sum = body.reduce(0) { ($0 + Int($1)) % 256 }
    return "S\(type)" + (body + [UInt8(255 - sum)]).map(text).joined() + "\n"
}

private func text(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
}

let endOfFile = ":00000001FF\n"
