// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FloatUnit {
    /// FPToFixed(): the value times 2^fraction as an integer of `width` bits, saturated.
    mutating func toFixed(
        _ a: UInt64, _ format: FloatFormat, width: Int, fraction: Int, isUnsigned: Bool
    ) -> UInt64 {
        let x = unpack(a, format)
        if x.isNaN {
            flags |= Self.invalid
            return 0
        }
        let top: UInt128 = isUnsigned ? (1 << UInt128(width)) - 1 : (1 << UInt128(width - 1)) - 1
        // The largest magnitude of a negative result.
        let bottom: UInt128 = isUnsigned ? 0 : 1 << UInt128(width - 1)
        let limit = x.isNegative ? bottom : top
        let exponent = x.exponent + fraction
        if x.kind == .infinity || x.kind == .finite && exponent > 64 { return saturated(x.isNegative, limit) }
        let (magnitude, isExact) = integer(x, exponent)
        if magnitude > limit { return saturated(x.isNegative, limit) }
        if !isExact { flags |= Self.inexact }
        return x.isNegative
            ? 0 &- UInt64(truncatingIfNeeded: magnitude) : UInt64(truncatingIfNeeded: magnitude)
    }
    private mutating func saturated(_ isNegative: Bool, _ limit: UInt128) -> UInt64 {
        flags |= Self.invalid
        return isNegative ? 0 &- UInt64(truncatingIfNeeded: limit) : UInt64(truncatingIfNeeded: limit)
    }
    /// The magnitude of significand * 2^exponent rounded to an integer.
    private func integer(_ x: FloatParts, _ exponent: Int) -> (UInt128, isExact: Bool) {
        guard x.kind == .finite else { return (0, true) }
        if exponent >= 0 { return (UInt128(x.significand) << UInt128(exponent), true) }
        let shift = min(-exponent, 100)
        let scaled = UInt128(x.significand) << 2
        // Two guard bits, so that a shift beyond the significand still leaves an error.
        let kept = scaled >> UInt128(shift + 2)
        let error = scaled & ((UInt128(1) << UInt128(shift + 2)) - 1), half = UInt128(1) << UInt128(shift + 1)
        let isUp =
            switch rounding {
            case .nearestEven: error > half || error == half && kept & 1 != 0
            case .nearestAway: error >= half
            case .towardPlus: error != 0 && !x.isNegative
            case .towardMinus: error != 0 && x.isNegative
            case .towardZero: false
            }
        return (isUp ? kept + 1 : kept, error == 0)
    }

    /// FixedToFP() of a two's complement or unsigned value already extended to 64 bits.
    mutating func fromFixed(_ value: UInt64, _ format: FloatFormat, fraction: Int, isUnsigned: Bool) -> UInt64
    {
        let isNegative = !isUnsigned && value >> 63 != 0
        let magnitude = isNegative ? 0 &- value : value
        return round(isNegative, -fraction, UInt128(magnitude), format)
    }

    /// FPRoundInt(): to an integral value of the same format.
    mutating func roundToIntegral(_ a: UInt64, _ format: FloatFormat, isExactness: Bool) -> UInt64 {
        let x = unpack(a, format)
        if x.isNaN { return propagate(a, x.kind, format) }
        let sign = x.isNegative ? format.signBit : 0
        if x.kind == .infinity { return a }
        if x.kind == .zero { return sign }
        if x.exponent >= 0 { return a }
        let (magnitude, isExact) = integer(x, x.exponent)
        if !isExact, isExactness { flags |= Self.inexact }
        if magnitude == 0 { return sign }
        return round(x.isNegative, 0, magnitude, format)
    }

    /// FPConvert() between formats, half precision included.
    mutating func convert(_ a: UInt64, from source: FloatFormat, to target: FloatFormat) -> UInt64 {
        let x = unpack(a, source)
        let sign = x.isNegative ? target.signBit : 0
        let isAlternative = target == .half && usesAlternativeHalf
        switch x.kind {
        case .zero: return sign
        case .infinity:
            guard isAlternative else { return sign | target.infinity }
            flags |= Self.invalid
            return sign | 0x7FFF
        case .quietNaN, .signalingNaN:
            if x.kind == .signalingNaN || isAlternative { flags |= Self.invalid }
            if isAlternative { return sign }
            if usesDefaultNaN { return target.defaultNaN }
            let change = target.fractionBits - source.fractionBits
            let payload = change >= 0 ? x.significand << UInt64(change) : x.significand >> UInt64(-change)
            return sign | target.infinity | target.quietBit | payload
        case .finite: return round(x.isNegative, x.exponent, UInt128(x.significand), target)
        }
    }
}
