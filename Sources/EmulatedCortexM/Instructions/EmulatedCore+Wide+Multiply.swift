// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Multiplication, division and the DSP multiply-accumulates (ARMv7-M ARM A5.3.16, A5.3.17).
extension EmulatedCore {
    func executeMultiply(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, m = b & 15, d = Int(b >> 8 & 15), accumulator = b >> 12 & 15
        let operation = a >> 4 & 7, variant = b >> 4 & 3
        if b & 0xC0 != 0 || isBad(n) || isBad(m) || isBad(b >> 8) || accumulator == 13 {
            return raiseUndefined()
        }
        let x = r[Int(n)], y = r[Int(m)]
        let hasAccumulator = accumulator != 15
        let addend = hasAccumulator ? r[Int(accumulator)] : 0
        switch (operation, variant) {
        case (0, 0): r[d] = x &* y &+ addend
        case (0, 1):
            if !hasAccumulator { return raiseUndefined() }
            r[d] = addend &- x &* y
        case (1, _):  // SMLAxy, SMULxy
            r[d] = accumulate(half(x, variant >> 1) &* half(y, variant), addend)
        case (2, 0...1), (4, 0...1):  // SMLAD, SMUAD, SMLSD, SMUSD
            let other = variant & 1 == 0 ? y : y >> 16 | y << 16
            let low = half(x, 0) &* half(other, 0), high = half(x, 1) &* half(other, 1)
            r[d] = accumulate(operation == 2 ? low &+ high : low &- high, addend)
        case (3, 0...1):  // SMLAWy, SMULWy
            r[d] = accumulate((signed(x) &* half(y, variant)) >> 16, addend)
        case (5, 0...1), (6, 0...1):  // SMMLA, SMMUL, SMMLS
            if operation == 6 && !hasAccumulator { return raiseUndefined() }
            let product = signed(x) &* signed(y), base = signed(addend) << 32
            let sum = operation == 5 ? base &+ product : base &- product
            r[d] = word((variant == 0 ? sum : sum &+ 0x8000_0000) >> 32)
        case (7, 0): r[d] = addend &+ sumOfDifferences(x, y)
        default: raiseUndefined()
        }
    }

    /// The signed low (0) or high (1) halfword.
    private func half(_ value: UInt32, _ which: UInt32) -> Int64 {
        signed(signExtend(halfword: which & 1 == 0 ? value : value >> 16))
    }
    /// Adds and notes in Q a sum that does not fit; the sum itself wraps.
    private func accumulate(_ product: Int64, _ addend: UInt32) -> UInt32 {
        let sum = product &+ signed(addend)
        if sum != Int64(Int32(truncatingIfNeeded: sum)) { saturated = true }
        return word(sum)
    }
    private func sumOfDifferences(_ x: UInt32, _ y: UInt32) -> UInt32 {
        var sum: UInt32 = 0
        for lane in stride(from: UInt32(0), to: 32, by: 8) {
            let p = x >> lane & 0xFF, q = y >> lane & 0xFF
            sum &+= p > q ? p &- q : q &- p
        }
        return sum
    }

    func executeLongMultiply(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, m = b & 15, low = b >> 12 & 15, high = b >> 8 & 15
        let operation = a >> 4 & 7, variant = b >> 4 & 15
        if isBad(n) || isBad(m) || isBad(high) { return raiseUndefined() }
        if operation == 1 || operation == 3 {
            guard variant == 15, low == 15 else { return raiseUndefined() }
            return divide(r[Int(n)], by: r[Int(m)], into: Int(high), isSigned: operation == 1)
        }
        if isBad(low) || low == high { return raiseUndefined() }
        let x = r[Int(n)], y = r[Int(m)]
        let unsigned = UInt64(x) &* UInt64(y), product = UInt64(bitPattern: signed(x) &* signed(y))
        let sum = UInt64(r[Int(high)]) << 32 | UInt64(r[Int(low)])
        let result: UInt64
        switch (operation, variant) {
        case (0, 0): result = product
        case (2, 0): result = unsigned
        case (4, 0): result = sum &+ product
        case (4, 8...11):  // SMLALxy
            result = sum &+ UInt64(bitPattern: half(x, variant >> 1) &* half(y, variant))
        case (4, 12...13), (5, 12...13):  // SMLALD, SMLSLD
            let other = variant & 1 == 0 ? y : y >> 16 | y << 16
            let p = half(x, 0) &* half(other, 0), q = half(x, 1) &* half(other, 1)
            result = sum &+ UInt64(bitPattern: operation == 4 ? p &+ q : p &- q)
        case (6, 0): result = sum &+ unsigned
        case (6, 6): result = unsigned &+ UInt64(r[Int(high)]) &+ UInt64(r[Int(low)])  // UMAAL
        default: return raiseUndefined()
        }
        r[Int(low)] = UInt32(truncatingIfNeeded: result)
        r[Int(high)] = UInt32(truncatingIfNeeded: result >> 32)
    }

    /// SDIV, UDIV: by zero gives zero unless CCR.DIV_0_TRP is set.
    private func divide(_ x: UInt32, by y: UInt32, into d: Int, isSigned: Bool) {
        guard y != 0 else {
            if scb.trapsDivisionByZero { return raiseUsageFault(.divideByZero) }
            r[d] = 0
            return
        }
        let quotient = isSigned ? word(signed(x) / signed(y)) : x / y
        r[d] = quotient
        cycles &+= 1 &+ UInt64((32 &- quotient.leadingZeroBitCount) / 4)
    }
}
