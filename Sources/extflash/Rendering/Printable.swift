// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension String {
    /// One line in which nothing can move the cursor, change colours or reorder what is shown.
    ///
    /// Names of devices and files come from others; what a terminal would act on is written out: `\u{1b}`.
    var printable: String {
        guard unicodeScalars.contains(where: \.isTerminalControl) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isTerminalControl {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Unicode.Scalar {
    /// C0, C1 and DEL, line and paragraph separators, and what switches the direction of text.
    fileprivate var isTerminalControl: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
