// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Bytes as captures print them: `f2 30 a3`.
package func hexText(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 0xf, radix: 16) }.joined(separator: " ")
}

/// The bytes of a capture's notation, zero padded to `size`.
package func bytes(_ text: String, paddedTo size: Int = 0) -> [UInt8] {
    let bytes = text.split(separator: " ").map { digits in
        guard digits.count == 2, let byte = UInt8(digits, radix: 16) else {
            preconditionFailure("`\(digits)` is no byte")
        }
        return byte
    }
    return bytes + [UInt8](repeating: 0, count: max(0, size - bytes.count))
}
