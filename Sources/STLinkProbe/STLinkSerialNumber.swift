// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The serial number of an ST-LINK as the text that is printed and matched.
enum STLinkSerialNumber {
    /// Descriptor length of firmware that stores the 96-bit number itself instead of its digits (before
    /// V2J21S4).
    private static let binaryUnitCount = 12

    /// - Parameter units: the UTF-16 units of iSerialNumber.
    /// - Returns: 24 upper-case digits for either form, nil when the device has no number.
    static func text(of units: [UInt16]?) -> String? {
        guard let units, !units.isEmpty else { return nil }
        let isPrintable = units.allSatisfy { (0x21...0x7e).contains($0) }
        if units.count != binaryUnitCount, isPrintable {
            return String(decoding: units, as: UTF16.self)
        }
        // One raw byte in the low half of each unit.
        return units.map { unit in
            let digits = String(unit & 0xff, radix: 16, uppercase: true)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
