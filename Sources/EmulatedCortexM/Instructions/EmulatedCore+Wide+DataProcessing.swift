// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// 32-bit data processing with an immediate or a shifted register (ARMv7-M ARM A5.3.1, A5.3.3, A5.3.11).
extension EmulatedCore {
    func executeShiftedRegister(_ a: UInt32, _ b: UInt32) {
        let operation = a >> 5 & 15, n = a & 15, d = b >> 8 & 15, m = b & 15
        let amount = b >> 10 & 0x1C | b >> 6 & 3, type = b >> 4 & 3
        guard b & 0x8000 == 0 else { return raiseUndefined() }
        if operation == 6 { return packHalfwords(a, b, amount) }
        let isMove = operation == 2 && n == 15
        let isPlainMove = isMove && type == 0 && amount == 0 && a & 0x10 == 0
        if isPlainMove {
            if d == 15 || m == 15 || d == 13 && m == 13 { return raiseUndefined() }
        } else if isBad(m) {
            return raiseUndefined()
        } else if operation == 8 || operation == 13, n == 13, d == 13, type != 0 || amount > 3 {
            return raiseUndefined()
        } else if isMove, isBad(d) {
            return raiseUndefined()
        }
        var carryOut = carry
        let second = shift(r[Int(m)], type, by: amount, carry: &carryOut)
        if isPlainMove { return set(d, second) }
        process(operation, n, d, second, carryOut, setFlags: a & 0x10 != 0)
    }

    func executeModifiedImmediate(_ a: UInt32, _ b: UInt32) {
        let coded = a << 1 & 0x800 | b >> 4 & 0x700 | b & 0xFF
        var carryOut = carry
        guard let second = expandImmediate(coded, carry: &carryOut) else { return raiseUndefined() }
        process(a >> 5 & 15, a & 15, b >> 8 & 15, second, carryOut, setFlags: a & 0x10 != 0)
    }

    /// ThumbExpandImm_C(); nil for the UNPREDICTABLE forms.
    private func expandImmediate(_ coded: UInt32, carry: inout Bool) -> UInt32? {
        let byte = coded & 0xFF
        if coded >> 10 == 0 {
            let pattern = coded >> 8 & 3
            if pattern != 0, byte == 0 { return nil }
            switch pattern {
            case 0: return byte
            case 1: return byte << 16 | byte
            case 2: return byte << 24 | byte << 8
            default: return byte << 24 | byte << 16 | byte << 8 | byte
            }
        }
        let result = rotateRight(0x80 | coded & 0x7F, coded >> 7)
        carry = result >> 31 != 0
        return result
    }

    /// The sixteen operations; Rd = 15 with S makes a test, Rn = 15 a move.
    @inline(__always) private func process(
        _ operation: UInt32, _ n: UInt32, _ d: UInt32, _ second: UInt32, _ carryOut: Bool, setFlags: Bool
    ) {
        let isArithmetic = operation >= 8
        let isTest = d == 15 && setFlags && 0x2111 >> operation & 1 != 0  // TST, TEQ, CMN, CMP
        let isMove = n == 15 && (operation == 2 || operation == 3)
        let isStackAdjustment = (operation == 8 || operation == 13) && n == 13
        if isBad(d), !isTest, !(isStackAdjustment && d == 13) { return raiseUndefined() }
        if isBad(n), !isMove, !(isStackAdjustment) { return raiseUndefined() }
        let first = isMove ? 0 : r[Int(n)]
        let result: UInt32
        switch operation {
        case 0: result = first & second
        case 1: result = first & ~second
        case 2: result = first | second
        case 3: result = first | ~second
        case 4: result = first ^ second
        case 8: result = add(first, second, carry: false, setFlags: setFlags)
        case 10: result = add(first, second, carry: carry, setFlags: setFlags)
        case 11: result = add(first, ~second, carry: carry, setFlags: setFlags)
        case 13: result = add(first, ~second, carry: true, setFlags: setFlags)
        case 14: result = add(second, ~first, carry: true, setFlags: setFlags)
        default: return raiseUndefined()
        }
        if setFlags, !isArithmetic {
            setNZ(result)
            carry = carryOut
        }
        if !isTest { set(d, result) }
    }

    /// PKHBT, PKHTB.
    private func packHalfwords(_ a: UInt32, _ b: UInt32, _ amount: UInt32) {
        let n = a & 15, d = b >> 8 & 15, m = b & 15
        if a & 0x10 != 0 || b & 0x10 != 0 || isBad(n) || isBad(d) || isBad(m) { return raiseUndefined() }
        var ignored = false
        let second = shift(r[Int(m)], b >> 4 & 2, by: amount, carry: &ignored), first = r[Int(n)]
        let takesTop = b & 0x20 != 0
        r[Int(d)] =
            takesTop ? first & 0xFFFF_0000 | second & 0xFFFF : second & 0xFFFF_0000 | first & 0xFFFF
    }

    /// ADDW, SUBW, MOVW, MOVT, saturation and bit fields.
    func executePlainImmediate(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, d = b >> 8 & 15
        let immediate = a << 1 & 0x800 | b >> 4 & 0x700 | b & 0xFF
        switch a >> 4 & 31 {
        case 0, 10:
            if d == 15 || d == 13 && n != 13 { return raiseUndefined() }
            let base = n == 15 ? literalBase : r[Int(n)]
            set(d, a & 0x80 == 0 ? base &+ immediate : base &- immediate)
        case 4:
            if isBad(d) { return raiseUndefined() }
            r[Int(d)] = n << 12 | immediate
        case 12:
            if isBad(d) { return raiseUndefined() }
            r[Int(d)] = r[Int(d)] & 0xFFFF | (n << 12 | immediate) << 16
        default:
            let isInsertion = a >> 4 & 31 == 22
            if a & 0x400 != 0 || b & 0x20 != 0 || isBad(d) { return raiseUndefined() }
            if n == 13 || n == 15 && !isInsertion { return raiseUndefined() }
            executeBitField(a, b)
        }
    }

    private func executeBitField(_ a: UInt32, _ b: UInt32) {
        let n = Int(a & 15), d = Int(b >> 8 & 15), low = b >> 10 & 0x1C | b >> 6 & 3, last = b & 31
        switch a >> 4 & 31 {
        case 16, 18, 24, 26: saturate(a, b)
        case 20, 28:  // SBFX, UBFX
            if low &+ last > 31 { return raiseUndefined() }
            let field = r[n] << (31 &- low &- last)
            r[d] =
                a & 0x80 == 0
                ? UInt32(bitPattern: Int32(bitPattern: field) >> Int32(31 &- last)) : field >> (31 &- last)
        case 22:  // BFI, BFC
            if last < low { return raiseUndefined() }
            let mask = (~UInt32(0) >> (31 &- (last &- low))) << low
            r[d] = r[d] & ~mask | (n == 15 ? 0 : r[n] << low) & mask
        default: raiseUndefined()
        }
    }

    /// SSAT, USAT, SSAT16, USAT16.
    private func saturate(_ a: UInt32, _ b: UInt32) {
        let amount = b >> 10 & 0x1C | b >> 6 & 3, isUnsigned = a & 0x80 != 0, width = b & 31
        let d = Int(b >> 8 & 15), n = Int(a & 15)
        if a & 0x20 != 0, amount == 0 {
            if b & 0x10 != 0 { return raiseUndefined() }
            let low = saturate(signExtend(halfword: r[n]), to: width & 15, isUnsigned: isUnsigned)
            let high = saturate(signExtend(halfword: r[n] >> 16), to: width & 15, isUnsigned: isUnsigned)
            r[d] = high << 16 | low & 0xFFFF
            return
        }
        var ignored = false
        let value = shift(r[n], a >> 4 & 2, by: amount, carry: &ignored)
        r[d] = saturate(value, to: width, isUnsigned: isUnsigned)
    }
    /// Limits a signed value to `width` unsigned bits, or `width` + 1 signed ones, and notes it in Q.
    private func saturate(_ value: UInt32, to width: UInt32, isUnsigned: Bool) -> UInt32 {
        let signed = Int64(Int32(bitPattern: value)), top = (Int64(1) << Int64(width)) &- 1
        let limited = min(max(signed, isUnsigned ? 0 : -top &- 1), top)
        if limited != signed { saturated = true }
        return UInt32(truncatingIfNeeded: limited)
    }
}
