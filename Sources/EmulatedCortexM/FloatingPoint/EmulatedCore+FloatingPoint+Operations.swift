// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Floating-point data processing (ARMv7-M ARM A6.5).
extension EmulatedCore {
    /// Runs `body` with the modes of FPSCR and keeps the exceptions it found.
    private func withUnit(_ body: (inout FloatUnit) -> Void) {
        var unit = FloatUnit(fpscr)
        body(&unit)
        fpscr = fpscr & ~0x9F | unit.flags
    }

    func executeFloatingPointOperation(_ a: UInt32, _ b: UInt32) {
        let isDouble = b & 0x100 != 0
        if isDouble, !model.hasDoublePrecision { return raiseUndefined() }
        let operation = a >> 5 & 4 | a >> 4 & 3
        if operation == 7 { return executeFloatingPointExtra(a, b) }
        guard let d = destination(a, b, isDouble: isDouble), let n = firstOperand(a, b, isDouble: isDouble),
            let m = secondOperand(b, isDouble: isDouble)
        else { return raiseUndefined() }
        let isVariant = b & 0x40 != 0
        if operation == 4, isVariant { return raiseUndefined() }
        let format = isDouble ? FloatFormat.double : .single
        let (x, y, z) = (
            float(n, isDouble: isDouble), float(m, isDouble: isDouble), float(d, isDouble: isDouble)
        )
        if let quick = quickResult(operation, isVariant, x, y, isDouble) {
            return setFloat(d, quick, isDouble: isDouble)
        }
        let sign = format.signBit
        withUnit { unit in
            let result: UInt64
            switch operation {
            case 0:  // VMLA, VMLS
                let product = unit.multiply(x, y, format)
                result = unit.add(z, isVariant ? product ^ sign : product, format)
            case 1:  // VNMLS, VNMLA
                let product = unit.multiply(x, y, format)
                result = unit.add(z ^ sign, isVariant ? product ^ sign : product, format)
            case 2:  // VMUL, VNMUL
                let product = unit.multiply(x, y, format)
                result = isVariant ? product ^ sign : product
            case 3: result = isVariant ? unit.subtract(x, y, format) : unit.add(x, y, format)
            case 4: result = unit.divide(x, by: y, format)
            case 5: result = unit.multiplyAdd(z ^ sign, isVariant ? x ^ sign : x, y, format)  // VFNMS, VFNMA
            default: result = unit.multiplyAdd(z, isVariant ? x ^ sign : x, y, format)  // VFMA, VFMS
            }
            setFloat(d, result, isDouble: isDouble)
        }
        if operation == 4 { cycles &+= isDouble ? 28 : 13 }
    }

    /// The host's result where it cannot differ: rounding to nearest, IXC already set, operands and result
    /// normal and not the smallest.
    ///
    /// Nil sends the operation through ``FloatUnit``.
    private func quickResult(
        _ operation: UInt32, _ isVariant: Bool, _ x: UInt64, _ y: UInt64, _ isDouble: Bool
    ) -> UInt64? {
        guard fpscr & 0x00C0_0010 == 0x10, operation == 2 || operation == 3 else { return nil }
        if isDouble {
            let (p, q) = (Double(bitPattern: x), Double(bitPattern: y))
            guard p.isNormal, q.isNormal else { return nil }
            let result =
                operation == 2 ? (isVariant ? -(p * q) : p * q) : isVariant ? p - q : p + q
            guard result.isFinite, result.magnitude >= 0x1p-1000 else { return nil }
            return result.bitPattern
        }
        let p = Float(bitPattern: UInt32(truncatingIfNeeded: x)),
            q = Float(bitPattern: UInt32(truncatingIfNeeded: y))
        guard p.isNormal, q.isNormal else { return nil }
        let result = operation == 2 ? (isVariant ? -(p * q) : p * q) : isVariant ? p - q : p + q
        guard result.isFinite, result.magnitude >= 0x1p-100 else { return nil }
        return UInt64(result.bitPattern)
    }

    /// Immediate moves, one-operand forms, comparisons and conversions.
    private func executeFloatingPointExtra(_ a: UInt32, _ b: UInt32) {
        let isDouble = b & 0x100 != 0, isHigh = b & 0x80 != 0
        if b & 0x40 == 0 { return moveImmediate(a, b, isDouble) }
        switch a & 15 {
        case 0, 1: moveOrSquareRoot(a, b, isDouble)
        case 2, 3: convertHalf(a, b, isDouble)
        case 4, 5: compareFloats(a, b, isDouble)
        case 6: roundToIntegral(a, b, isDouble, rounding: isHigh ? .towardZero : nil, isExactness: false)
        case 7 where !isHigh: roundToIntegral(a, b, isDouble, rounding: nil, isExactness: true)
        case 7: convertPrecision(a, b, isDouble)
        case 8: convertFromInteger(a, b, isDouble)
        case 10, 11, 14, 15: convertFixed(a, b, isDouble)
        case 12, 13:
            convertToInteger(a, b, isDouble, rounding: isHigh ? .towardZero : nil, isSigned: a & 1 != 0)
        default: raiseUndefined()
        }
    }

    /// VMOV immediate.
    private func moveImmediate(_ a: UInt32, _ b: UInt32, _ isDouble: Bool) {
        guard b & 0xA0 == 0, let d = destination(a, b, isDouble: isDouble) else { return raiseUndefined() }
        let code = UInt64((a & 15) << 4 | b & 15)
        let sign = code >> 7, isSmall = code >> 6 & 1 != 0, low = code & 0x3F
        let value: UInt64
        if isDouble {
            value = sign << 63 | (isSmall ? 0x3FC0 : 0x4000) << 48 | low << 48
        } else {
            value = sign << 31 | (isSmall ? 0x3E00_0000 : 0x4000_0000) | low << 19
        }
        setFloat(d, value, isDouble: isDouble)
    }

    /// VMOV, VABS, VNEG, VSQRT.
    private func moveOrSquareRoot(_ a: UInt32, _ b: UInt32, _ isDouble: Bool) {
        guard let d = destination(a, b, isDouble: isDouble), let m = secondOperand(b, isDouble: isDouble)
        else {
            return raiseUndefined()
        }
        let value = float(m, isDouble: isDouble), format = isDouble ? FloatFormat.double : .single
        switch (a & 1, b >> 7 & 1) {
        case (0, 0): setFloat(d, value, isDouble: isDouble)
        case (0, _): setFloat(d, value & ~format.signBit, isDouble: isDouble)
        case (_, 0): setFloat(d, value ^ format.signBit, isDouble: isDouble)
        default:
            withUnit { setFloat(d, $0.squareRoot(value, format), isDouble: isDouble) }
            cycles &+= isDouble ? 28 : 13
        }
    }

    /// VCMP, VCMPE, with a register or zero.
    private func compareFloats(_ a: UInt32, _ b: UInt32, _ isDouble: Bool) {
        let isWithZero = a & 1 != 0
        guard let d = destination(a, b, isDouble: isDouble), !isWithZero || b & 0x2F == 0,
            let m = secondOperand(b, isDouble: isDouble)
        else { return raiseUndefined() }
        let left = float(d, isDouble: isDouble), right = isWithZero ? 0 : float(m, isDouble: isDouble)
        var flags: UInt32 = 0
        withUnit {
            flags = $0.compare(left, right, isDouble ? .double : .single, quietIsInvalid: b & 0x80 != 0)
        }
        fpscr = fpscr & 0x0FFF_FFFF | flags
    }
}

extension EmulatedCore {
    // MARK: Conversions

    /// VCVTB, VCVTT: a half-precision value lies in the low or high halfword of a single register.
    private func convertHalf(_ a: UInt32, _ b: UInt32, _ isDouble: Bool) {
        let isFromHalf = a & 1 == 0, shift: UInt32 = b & 0x80 != 0 ? 16 : 0
        let wide = isDouble ? FloatFormat.double : .single
        guard let d = destination(a, b, isDouble: isDouble && isFromHalf),
            let m = secondOperand(b, isDouble: isDouble && !isFromHalf)
        else { return raiseUndefined() }
        withUnit { unit in
            if isFromHalf {
                let value = unit.convert(UInt64(s[m] >> shift & 0xFFFF), from: .half, to: wide)
                setFloat(d, value, isDouble: isDouble)
            } else {
                let value = unit.convert(float(m, isDouble: isDouble), from: wide, to: .half)
                s[d] = s[d] & ~(0xFFFF << shift) | UInt32(truncatingIfNeeded: value) << shift
            }
        }
    }

    /// VCVT between single and double; `sz` names the source.
    private func convertPrecision(_ a: UInt32, _ b: UInt32, _ isDouble: Bool) {
        guard model.hasDoublePrecision, let d = destination(a, b, isDouble: !isDouble),
            let m = secondOperand(b, isDouble: isDouble)
        else { return raiseUndefined() }
        let value = float(m, isDouble: isDouble)
        withUnit {
            let result = $0.convert(
                value, from: isDouble ? .double : .single, to: isDouble ? .single : .double)
            setFloat(d, result, isDouble: !isDouble)
        }
    }

    private func convertFromInteger(_ a: UInt32, _ b: UInt32, _ isDouble: Bool) {
        guard let d = destination(a, b, isDouble: isDouble) else { return raiseUndefined() }
        let raw = s[single(b, b >> 5)], isSigned = b & 0x80 != 0
        let value = isSigned ? UInt64(bitPattern: Int64(Int32(bitPattern: raw))) : UInt64(raw)
        withUnit {
            let result = $0.fromFixed(value, isDouble ? .double : .single, fraction: 0, isUnsigned: !isSigned)
            setFloat(d, result, isDouble: isDouble)
        }
    }

    /// VCVT and VCVTR to an integer; `rounding` nil is FPSCR's.
    private func convertToInteger(
        _ a: UInt32, _ b: UInt32, _ isDouble: Bool, rounding: FloatUnit.Rounding?, isSigned: Bool
    ) {
        guard let m = secondOperand(b, isDouble: isDouble) else { return raiseUndefined() }
        let value = float(m, isDouble: isDouble)
        withUnit {
            if let rounding { $0.rounding = rounding }
            let result = $0.toFixed(
                value, isDouble ? .double : .single, width: 32, fraction: 0, isUnsigned: !isSigned)
            s[single(b >> 12, a >> 6)] = UInt32(truncatingIfNeeded: result)
        }
    }

    /// VCVT between floating and fixed point of 16 or 32 bits: to fixed towards zero, from fixed to nearest.
    private func convertFixed(_ a: UInt32, _ b: UInt32, _ isDouble: Bool) {
        let width = b & 0x80 != 0 ? 32 : 16, isUnsigned = a & 1 != 0
        let fraction = width - Int((b & 15) << 1 | b >> 5 & 1)
        guard fraction >= 0, let d = destination(a, b, isDouble: isDouble) else { return raiseUndefined() }
        let format = isDouble ? FloatFormat.double : .single
        let value = float(d, isDouble: isDouble)
        withUnit { unit in
            if a & 4 != 0 {
                unit.rounding = .towardZero
                let fixed = unit.toFixed(
                    value, format, width: width, fraction: fraction, isUnsigned: isUnsigned)
                setFloat(d, fixed, isDouble: isDouble)
            } else {
                let shift = UInt64(64 - width)
                let extended =
                    isUnsigned
                    ? (value << shift) >> shift
                    : UInt64(bitPattern: Int64(bitPattern: value << shift) >> Int64(shift))
                unit.rounding = .nearestEven
                setFloat(
                    d, unit.fromFixed(extended, format, fraction: fraction, isUnsigned: isUnsigned),
                    isDouble: isDouble)
            }
        }
    }

    /// VRINTR, VRINTZ, VRINTX and the directed ones: FPv5 only.
    private func roundToIntegral(
        _ a: UInt32, _ b: UInt32, _ isDouble: Bool, rounding: FloatUnit.Rounding?, isExactness: Bool
    ) {
        guard model.hasFloatingPointVersion5, let d = destination(a, b, isDouble: isDouble),
            let m = secondOperand(b, isDouble: isDouble)
        else { return raiseUndefined() }
        let value = float(m, isDouble: isDouble)
        withUnit {
            if let rounding { $0.rounding = rounding }
            let result = $0.roundToIntegral(value, isDouble ? .double : .single, isExactness: isExactness)
            setFloat(d, result, isDouble: isDouble)
        }
    }

    // MARK: FPv5

    /// VSEL, VMAXNM, VMINNM, VRINTA...VRINTM, VCVTA...VCVTM: not in IT blocks.
    func executeFloatingPointVersion5(_ a: UInt32, _ b: UInt32) {
        let isDouble = b & 0x100 != 0
        guard model.hasFloatingPointVersion5, !isInBlock, a & 0x300 == 0x200 else { return raiseUndefined() }
        if a & 0xB0 == 0xB0 { return executeDirected(a, b, isDouble) }
        guard a & 0x80 == 0 || a & 0x30 == 0, a & 0x80 != 0 || b & 0x40 == 0,
            let d = destination(a, b, isDouble: isDouble), let n = firstOperand(a, b, isDouble: isDouble),
            let m = secondOperand(b, isDouble: isDouble)
        else { return raiseUndefined() }
        let x = float(n, isDouble: isDouble), y = float(m, isDouble: isDouble)
        if a & 0x80 == 0 {
            // EQ, VS, GE, GT.
            let condition: UInt32 = [0, 6, 10, 12][Int(a >> 4 & 3)]
            return setFloat(d, passes(condition) ? x : y, isDouble: isDouble)
        }
        withUnit {
            let result = $0.extreme(x, y, isDouble ? .double : .single, isMaximum: b & 0x40 == 0)
            setFloat(d, result, isDouble: isDouble)
        }
    }
    private func executeDirected(_ a: UInt32, _ b: UInt32, _ isDouble: Bool) {
        guard a & 8 != 0, b & 0x40 != 0 else { return raiseUndefined() }
        let rounding = [FloatUnit.Rounding.nearestAway, .nearestEven, .towardPlus, .towardMinus][Int(a & 3)]
        if a & 4 != 0 {
            convertToInteger(a, b, isDouble, rounding: rounding, isSigned: b & 0x80 != 0)
        } else if b & 0x80 == 0 {
            roundToIntegral(a, b, isDouble, rounding: rounding, isExactness: false)
        } else {
            raiseUndefined()
        }
    }
}
