// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A pin of the part, named as data sheets do: `PB2`, `PG14`.
struct PinName: Hashable, Sendable {
    /// Ports A to K, from 0.
    var port: Int
    /// 0...15.
    var number: Int
}

extension PinName: LosslessStringConvertible {
    init?(_ text: String) {
        let characters = Array(text.utf8)
        guard (3...4).contains(characters.count), characters[0] == UInt8(ascii: "P"),
            (UInt8(ascii: "A")...UInt8(ascii: "K")).contains(characters[1]),
            let number = Int(text.dropFirst(2)), (0...15).contains(number),
            String(number) == text.dropFirst(2)
        else { return nil }
        self.init(port: Int(characters[1] - UInt8(ascii: "A")), number: number)
    }
    var description: String { "P\(UnicodeScalar(UInt8(ascii: "A") + UInt8(port)))\(number)" }
}
