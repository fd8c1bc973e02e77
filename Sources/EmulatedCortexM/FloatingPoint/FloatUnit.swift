// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The arithmetic of the floating-point extension (ARMv7-M ARM A2.5, appendix D6.6), exact to the flag.
///
/// Software arithmetic: the host's cannot be asked for rounding modes and flags from Swift.
struct FloatUnit {
    enum Rounding: UInt32 {
        case nearestEven, towardPlus, towardMinus, towardZero, nearestAway
    }

    /// Cumulative exception bits of FPSCR.
    static let invalid: UInt32 = 1, divideByZero: UInt32 = 2, overflow: UInt32 = 4, underflow: UInt32 = 8
    static let inexact: UInt32 = 16, inputDenormal: UInt32 = 128

    var rounding: Rounding
    let usesDefaultNaN: Bool
    let flushesToZero: Bool
    let usesAlternativeHalf: Bool
    /// The exceptions so far.
    var flags: UInt32

    /// Takes modes and flags from FPSCR.
    init(_ status: UInt32) {
        rounding = Rounding(rawValue: status >> 22 & 3) ?? .nearestEven
        flushesToZero = status >> 24 & 1 != 0
        usesDefaultNaN = status >> 25 & 1 != 0
        usesAlternativeHalf = status >> 26 & 1 != 0
        flags = status & 0x9F
    }

    // MARK: Apart and together

    /// FPUnpack().
    mutating func unpack(_ bits: UInt64, _ format: FloatFormat) -> FloatParts {
        let isNegative = bits & format.signBit != 0
        let exponent = bits >> UInt64(format.fractionBits) & format.exponentMask
        let fraction = bits & format.fractionMask
        let lowest = 1 - format.bias - format.fractionBits
        if exponent == 0 {
            if fraction == 0 { return FloatParts(kind: .zero, isNegative: isNegative) }
            if flushesToZero, format != .half {
                flags |= Self.inputDenormal
                return FloatParts(kind: .zero, isNegative: isNegative)
            }
            return FloatParts(kind: .finite, isNegative: isNegative, exponent: lowest, significand: fraction)
        }
        if exponent == format.exponentMask, format != .half || !usesAlternativeHalf {
            if fraction == 0 { return FloatParts(kind: .infinity, isNegative: isNegative) }
            let kind: FloatParts.Kind = fraction & format.quietBit != 0 ? .quietNaN : .signalingNaN
            return FloatParts(kind: kind, isNegative: isNegative, significand: fraction)
        }
        return FloatParts(
            kind: .finite, isNegative: isNegative, exponent: lowest + Int(exponent) - 1,
            significand: fraction | (format.fractionMask + 1))
    }

    /// FPRound() of significand * 2^exponent, of which the lowest bit may stand for anything below it.
    mutating func round(
        _ isNegative: Bool, _ exponent: Int, _ significand: UInt128, _ format: FloatFormat
    ) -> UInt64 {
        let sign = isNegative ? format.signBit : 0
        guard significand != 0 else { return sign }
        let top = 127 - significand.leadingZeroBitCount + exponent
        let minimum = 1 - format.bias
        if flushesToZero, format != .half, top < minimum {
            flags |= Self.underflow
            return sign
        }
        let unit = max(top, minimum) - format.fractionBits
        let shift = unit - exponent
        var kept: UInt64
        var error: UInt128 = 0
        var half: UInt128 = 1
        if shift <= 0 {
            kept = UInt64(truncatingIfNeeded: significand << UInt128(-shift))
        } else if shift > 127 {
            (kept, error, half) = (0, 1, 2)
        } else {
            kept = UInt64(truncatingIfNeeded: significand >> UInt128(shift))
            error = significand & ((UInt128(1) << UInt128(shift)) - 1)
            half = UInt128(1) << UInt128(shift - 1)
        }
        if top < minimum, error != 0 { flags |= Self.underflow }
        if error != 0, roundsUp(isNegative, isOdd: kept & 1 != 0, error: error, half: half) { kept += 1 }
        // The hidden bit of a normal number adds one to the exponent field, and so does a carry out of the fraction.
        let field = UInt64(max(top, minimum) - minimum)
        let result = (field << UInt64(format.fractionBits)) &+ kept
        let isOverflow =
            usesAlternativeHalf && format == .half
            ? result > 0x7FFF : result >= format.infinity || Int(field) > 2 * format.bias
        if isOverflow { return sign | overflowResult(isNegative, format) }
        if error != 0 { flags |= Self.inexact }
        return sign | result
    }
    private func roundsUp(_ isNegative: Bool, isOdd: Bool, error: UInt128, half: UInt128) -> Bool {
        switch rounding {
        case .nearestEven: error > half || error == half && isOdd
        case .nearestAway: error >= half
        case .towardPlus: !isNegative
        case .towardMinus: isNegative
        case .towardZero: false
        }
    }
    private mutating func overflowResult(_ isNegative: Bool, _ format: FloatFormat) -> UInt64 {
        if usesAlternativeHalf, format == .half {
            flags |= Self.invalid
            return 0x7FFF
        }
        flags |= Self.overflow | Self.inexact
        let goesToInfinity =
            switch rounding {
            case .nearestEven, .nearestAway: true
            case .towardPlus: !isNegative
            case .towardMinus: isNegative
            case .towardZero: false
            }
        return goesToInfinity ? format.infinity : format.largest
    }

    // MARK: NaNs

    mutating func invalidResult(_ format: FloatFormat) -> UInt64 {
        flags |= Self.invalid
        return format.defaultNaN
    }
    /// FPProcessNaN().
    mutating func propagate(_ bits: UInt64, _ kind: FloatParts.Kind, _ format: FloatFormat) -> UInt64 {
        if kind == .signalingNaN { flags |= Self.invalid }
        return usesDefaultNaN ? format.defaultNaN : bits | format.quietBit
    }
    /// FPProcessNaNs(): a signaling NaN goes first, then the earlier operand; nil if there is no NaN.
    mutating func propagate(_ operands: [(bits: UInt64, parts: FloatParts)], _ format: FloatFormat) -> UInt64?
    {
        for operand in operands where operand.parts.kind == .signalingNaN {
            return propagate(operand.bits, .signalingNaN, format)
        }
        for operand in operands where operand.parts.kind == .quietNaN {
            return propagate(operand.bits, .quietNaN, format)
        }
        return nil
    }
}
