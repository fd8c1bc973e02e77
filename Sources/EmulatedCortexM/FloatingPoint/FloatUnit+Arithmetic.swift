// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FloatUnit {
    /// A finite number of any precision, or zero.
    private struct Wide {
        var isNegative: Bool
        var exponent: Int
        var significand: UInt128

        init(_ isNegative: Bool, _ exponent: Int, _ significand: UInt128) {
            (self.isNegative, self.exponent, self.significand) = (isNegative, exponent, significand)
        }
        init(_ parts: FloatParts) { self.init(parts.isNegative, parts.exponent, UInt128(parts.significand)) }

        /// The same value with bit 125 as the highest one.
        var normalized: Wide {
            let shift = significand.leadingZeroBitCount - 2
            return Wide(isNegative, exponent - shift, significand << UInt128(shift))
        }
    }

    /// Rounds the sum of two finite numbers; an exact zero of opposite signs is negative only towards minus.
    private mutating func roundedSum(_ a: Wide, _ b: Wide, _ format: FloatFormat) -> UInt64 {
        if a.significand == 0, b.significand == 0 {
            let isNegative = a.isNegative == b.isNegative ? a.isNegative : rounding == .towardMinus
            return isNegative ? format.signBit : 0
        }
        if a.significand == 0 { return round(b.isNegative, b.exponent, b.significand, format) }
        if b.significand == 0 { return round(a.isNegative, a.exponent, a.significand, format) }
        var (large, small) = (a.normalized, b.normalized)
        if (small.exponent, small.significand) > (large.exponent, large.significand) { swap(&large, &small) }
        let distance = large.exponent - small.exponent
        var aligned: UInt128 = 1
        if distance < 126 {
            let lost = small.significand & ((UInt128(1) << UInt128(distance)) - 1)
            aligned = small.significand >> UInt128(distance) | (lost != 0 ? 1 : 0)
        }
        if large.isNegative == small.isNegative {
            return round(large.isNegative, large.exponent, large.significand + aligned, format)
        }
        let difference = large.significand - aligned
        if difference == 0 { return rounding == .towardMinus ? format.signBit : 0 }
        return round(large.isNegative, large.exponent, difference, format)
    }

    mutating func add(_ a: UInt64, _ b: UInt64, _ format: FloatFormat) -> UInt64 {
        let (x, y) = (unpack(a, format), unpack(b, format))
        if let nan = propagate([(a, x), (b, y)], format) { return nan }
        switch (x.kind == .infinity, y.kind == .infinity) {
        case (true, true) where x.isNegative != y.isNegative: return invalidResult(format)
        case (true, _): return format.infinity | (x.isNegative ? format.signBit : 0)
        case (_, true): return format.infinity | (y.isNegative ? format.signBit : 0)
        default: return roundedSum(Wide(x), Wide(y), format)
        }
    }
    mutating func subtract(_ a: UInt64, _ b: UInt64, _ format: FloatFormat) -> UInt64 {
        let (x, y) = (unpack(a, format), unpack(b, format))
        if let nan = propagate([(a, x), (b, y)], format) { return nan }
        return add(a, b ^ format.signBit, format)
    }

    mutating func multiply(_ a: UInt64, _ b: UInt64, _ format: FloatFormat) -> UInt64 {
        let (x, y) = (unpack(a, format), unpack(b, format))
        if let nan = propagate([(a, x), (b, y)], format) { return nan }
        let isNegative = x.isNegative != y.isNegative
        if x.kind == .infinity || y.kind == .infinity {
            if x.kind == .zero || y.kind == .zero { return invalidResult(format) }
            return format.infinity | (isNegative ? format.signBit : 0)
        }
        let product = UInt128(x.significand) * UInt128(y.significand)
        return round(isNegative, x.exponent + y.exponent, product, format)
    }

    /// FPMulAdd(): addend + a * b with one rounding.
    mutating func multiplyAdd(_ addend: UInt64, _ a: UInt64, _ b: UInt64, _ format: FloatFormat) -> UInt64 {
        let (z, x, y) = (unpack(addend, format), unpack(a, format), unpack(b, format))
        let hasInfinity = x.kind == .infinity || y.kind == .infinity
        let isUndefined = hasInfinity && (x.kind == .zero || y.kind == .zero)
        if isUndefined, z.kind == .quietNaN { return invalidResult(format) }
        if let nan = propagate([(addend, z), (a, x), (b, y)], format) { return nan }
        let isNegative = x.isNegative != y.isNegative
        if isUndefined || hasInfinity && z.kind == .infinity && z.isNegative != isNegative {
            return invalidResult(format)
        }
        if z.kind == .infinity { return format.infinity | (z.isNegative ? format.signBit : 0) }
        if hasInfinity { return format.infinity | (isNegative ? format.signBit : 0) }
        let product = UInt128(x.significand) * UInt128(y.significand)
        return roundedSum(Wide(z), Wide(isNegative, x.exponent + y.exponent, product), format)
    }

    mutating func divide(_ a: UInt64, by b: UInt64, _ format: FloatFormat) -> UInt64 {
        let (x, y) = (unpack(a, format), unpack(b, format))
        if let nan = propagate([(a, x), (b, y)], format) { return nan }
        let sign = x.isNegative != y.isNegative ? format.signBit : 0
        switch (x.kind, y.kind) {
        case (.infinity, .infinity), (.zero, .zero): return invalidResult(format)
        case (.infinity, _): return format.infinity | sign
        case (_, .zero):
            flags |= Self.divideByZero
            return format.infinity | sign
        case (.zero, _), (_, .infinity): return sign
        default: break
        }
        let shift = x.significand.leadingZeroBitCount + 63
        let (quotient, rest) = (UInt128(x.significand) << UInt128(shift)).quotientAndRemainder(
            dividingBy: UInt128(y.significand))
        return round(sign != 0, x.exponent - shift - y.exponent, quotient | (rest != 0 ? 1 : 0), format)
    }

    mutating func squareRoot(_ a: UInt64, _ format: FloatFormat) -> UInt64 {
        let x = unpack(a, format)
        if x.isNaN { return propagate(a, x.kind, format) }
        if x.kind == .zero { return x.isNegative ? format.signBit : 0 }
        if x.isNegative { return invalidResult(format) }
        if x.kind == .infinity { return format.infinity }
        var shift = x.significand.leadingZeroBitCount + 62
        if (x.exponent - shift) & 1 != 0 { shift -= 1 }
        let (root, isExact) = integerSquareRoot(UInt128(x.significand) << UInt128(shift))
        return round(false, (x.exponent - shift) / 2 - 1, root << 1 | (isExact ? 0 : 1), format)
    }

    /// The square root rounded down, bit by bit.
    private func integerSquareRoot(_ value: UInt128) -> (root: UInt128, isExact: Bool) {
        var (rest, root) = (value, UInt128(0))
        var bit = UInt128(1) << 126
        while bit > value { bit >>= 2 }
        while bit != 0 {
            if rest >= root + bit {
                rest -= root + bit
                root = (root >> 1) + bit
            } else {
                root >>= 1
            }
            bit >>= 2
        }
        return (root, rest == 0)
    }

    /// FPCompare() as N, Z, C, V in bits 31:28.
    mutating func compare(_ a: UInt64, _ b: UInt64, _ format: FloatFormat, quietIsInvalid: Bool) -> UInt32 {
        let (x, y) = (unpack(a, format), unpack(b, format))
        if x.isNaN || y.isNaN {
            if quietIsInvalid || x.kind == .signalingNaN || y.kind == .signalingNaN { flags |= Self.invalid }
            return 3 << 28
        }
        let (left, right) = (ordinal(x, a, format), ordinal(y, b, format))
        return left == right ? 6 << 28 : left < right ? 8 << 28 : 2 << 28
    }
    /// An integer that orders numbers as their values do; both zeros are 0.
    private func ordinal(_ parts: FloatParts, _ bits: UInt64, _ format: FloatFormat) -> Int64 {
        guard parts.kind != .zero else { return 0 }
        let magnitude = Int64(bits & (format.signBit - 1))
        return parts.isNegative ? -magnitude : magnitude
    }

    /// FPMaxNum(), FPMinNum(): a quiet NaN loses against a number.
    mutating func extreme(_ a: UInt64, _ b: UInt64, _ format: FloatFormat, isMaximum: Bool) -> UInt64 {
        let (x, y) = (unpack(a, format), unpack(b, format))
        if x.kind == .quietNaN, !y.isNaN { return flushed(b, y, format) }
        if y.kind == .quietNaN, !x.isNaN { return flushed(a, x, format) }
        if let nan = propagate([(a, x), (b, y)], format) { return nan }
        let (left, right) = (ordinal(x, a, format), ordinal(y, b, format))
        // Of two zeros the maximum is the positive one, the minimum the negative one.
        if left == right {
            return flushed(x.isNegative == isMaximum ? b : a, x.isNegative == isMaximum ? y : x, format)
        }
        return (left > right) == isMaximum ? flushed(a, x, format) : flushed(b, y, format)
    }
    private func flushed(_ bits: UInt64, _ parts: FloatParts, _ format: FloatFormat) -> UInt64 {
        parts.kind == .zero ? bits & format.signBit : bits
    }
}
