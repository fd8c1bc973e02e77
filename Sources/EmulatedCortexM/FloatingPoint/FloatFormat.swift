// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// An IEEE 754 binary interchange format, its values held in the low bits of 64.
struct FloatFormat: Equatable {
    let exponentBits: Int
    let fractionBits: Int

    static let half = FloatFormat(exponentBits: 5, fractionBits: 10)
    static let single = FloatFormat(exponentBits: 8, fractionBits: 23)
    static let double = FloatFormat(exponentBits: 11, fractionBits: 52)

    var width: Int { 1 + exponentBits + fractionBits }
    var bias: Int { (1 << (exponentBits - 1)) - 1 }
    var signBit: UInt64 { 1 << UInt64(width - 1) }
    var fractionMask: UInt64 { (1 << UInt64(fractionBits)) - 1 }
    var exponentMask: UInt64 { (1 << UInt64(exponentBits)) - 1 }
    var infinity: UInt64 { exponentMask << UInt64(fractionBits) }
    var quietBit: UInt64 { 1 << UInt64(fractionBits - 1) }
    var defaultNaN: UInt64 { infinity | quietBit }
    /// The largest finite magnitude.
    var largest: UInt64 { infinity - 1 }
}

/// A number taken apart: (-1)^sign * significand * 2^exponent when finite.
struct FloatParts {
    enum Kind {
        case zero
        case finite
        case infinity
        case quietNaN
        case signalingNaN
    }
    var kind: Kind
    var isNegative: Bool
    var exponent = 0
    var significand: UInt64 = 0

    var isNaN: Bool { kind == .quietNaN || kind == .signalingNaN }
}
