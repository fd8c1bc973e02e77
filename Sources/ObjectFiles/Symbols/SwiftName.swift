// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Makes mangled Swift names readable, as far as a post-mortem needs it.
enum SwiftName {
    /// `$e6loader7QuadSPIO7command_5lines…` is `QuadSPI.command`; any other name is itself.
    ///
    /// Takes the leading identifiers and leaves the types away (Swift ABI "Mangling").
    static func readable(_ name: String) -> String {
        let text = Array(name.utf8)
        guard text.count > 2, text[0] == UInt8(ascii: "$"),
            [UInt8(ascii: "s"), UInt8(ascii: "e")].contains(text[1])
        else { return name }
        var parts: [String] = []
        var index = 2
        while index < text.count {
            var length = 0
            var digits = 0
            while index + digits < text.count, (0x30...0x39).contains(text[index + digits]), digits < 4 {
                length = length * 10 + Int(text[index + digits] - 0x30)
                digits += 1
            }
            // A leading zero is an identifier with substitutions.
            guard digits > 0, length > 0, text[index] != 0x30, index + digits + length <= text.count else {
                break
            }
            let identifier = text[(index + digits)..<(index + digits + length)]
            // A discriminator of a private declaration, not a name.
            guard identifier.first != UInt8(ascii: "_") else { break }
            parts.append(String(decoding: identifier, as: UTF8.self))
            index += digits + length
            // The kind of the context just named: enum, struct, class.
            if index < text.count,
                [UInt8(ascii: "O"), UInt8(ascii: "V"), UInt8(ascii: "C")].contains(text[index])
            {
                index += 1
            }
        }
        // The first is the module.
        guard parts.count > 1 else { return parts.first ?? name }
        return parts.dropFirst().joined(separator: ".")
    }
}
