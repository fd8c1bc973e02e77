// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// 32-bit data processing with registers (ARMv7-M ARM A5.3.12 to A5.3.15).
extension EmulatedCore {
    func executeRegisterProcessing(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, d = b >> 8 & 15, m = b & 15
        guard b & 0xF000 == 0xF000, !isBad(d), !isBad(m) else { return raiseUndefined() }
        if a & 0x80 != 0 {
            guard !isBad(n) else { return raiseUndefined() }
            return b & 0x80 == 0 ? executeParallel(a, b) : executeMiscellaneousOperation(a, b)
        }
        if b & 0x80 != 0 { return extend(a, b) }
        guard b & 0x70 == 0, !isBad(n) else { return raiseUndefined() }
        var carryOut = carry
        let result = shift(r[Int(n)], a >> 5, byRegister: r[Int(m)], carry: &carryOut)
        r[Int(d)] = result
        if a & 0x10 != 0 {
            setNZ(result)
            carry = carryOut
        }
    }

    /// SXTAH and family; Rn = 15 extends without adding.
    private func extend(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, d = Int(b >> 8 & 15)
        if n == 13 || b & 0x40 != 0 { return raiseUndefined() }
        let value = rotateRight(r[Int(b & 15)], b >> 1 & 0x18)
        let base = n == 15 ? 0 : r[Int(n)]
        switch a >> 4 & 7 {
        case 0: r[d] = base &+ signExtend(halfword: value)
        case 1: r[d] = base &+ (value & 0xFFFF)
        case 2: r[d] = addHalves(base, signExtend(byte: value), signExtend(byte: value >> 16))
        case 3: r[d] = addHalves(base, value & 0xFF, value >> 16 & 0xFF)
        case 4: r[d] = base &+ signExtend(byte: value)
        case 5: r[d] = base &+ (value & 0xFF)
        default: raiseUndefined()
        }
    }
    private func addHalves(_ base: UInt32, _ low: UInt32, _ high: UInt32) -> UInt32 {
        (base &+ low) & 0xFFFF | ((base >> 16) &+ high) << 16
    }

    /// QADD and family, byte reversal, SEL, CLZ.
    private func executeMiscellaneousOperation(_ a: UInt32, _ b: UInt32) {
        let n = r[Int(a & 15)], m = r[Int(b & 15)], d = Int(b >> 8 & 15)
        let isUnary = a >> 4 & 1 != 0
        if b & 0x40 != 0 || a & 0x40 != 0 || isUnary && a & 15 != b & 15 { return raiseUndefined() }
        switch (a >> 4 & 3, b >> 4 & 3) {
        case (0, let operation):
            let addend = operation & 1 == 0 ? signed(n) : saturate(signed(n) &* 2)
            r[d] = word(saturate(operation & 2 == 0 ? signed(m) &+ addend : signed(m) &- addend))
        case (1, 0): r[d] = m.byteSwapped
        case (1, 1): r[d] = (m & 0xFF_00FF) << 8 | m >> 8 & 0xFF_00FF
        case (1, 2): r[d] = reverseBits(m)
        case (1, 3): r[d] = signExtend(halfword: (m & 0xFF) << 8 | m >> 8 & 0xFF)
        case (2, 0): r[d] = selectBytes(n, m)
        case (3, 0): r[d] = UInt32(m.leadingZeroBitCount)
        default: raiseUndefined()
        }
    }
    private func reverseBits(_ value: UInt32) -> UInt32 {
        var x = value
        x = x >> 1 & 0x5555_5555 | (x & 0x5555_5555) << 1
        x = x >> 2 & 0x3333_3333 | (x & 0x3333_3333) << 2
        x = x >> 4 & 0x0F0F_0F0F | (x & 0x0F0F_0F0F) << 4
        return x.byteSwapped
    }
    private func selectBytes(_ n: UInt32, _ m: UInt32) -> UInt32 {
        var mask: UInt32 = 0
        for lane in 0..<4 as Range<UInt32> where greaterEqual >> lane & 1 != 0 { mask |= 0xFF << (8 &* lane) }
        return n & mask | m & ~mask
    }

    func signed(_ value: UInt32) -> Int64 { Int64(Int32(bitPattern: value)) }
    func word(_ value: Int64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
    /// SignedSatQ() to 32 bits, noted in Q.
    func saturate(_ value: Int64) -> Int64 {
        let limited = min(max(value, Int64(Int32.min)), Int64(Int32.max))
        if limited != value { saturated = true }
        return limited
    }

    /// SADD16 to UHSUB8: lanes of a byte or a halfword, added or subtracted, then wrapped, saturated or halved.
    private func executeParallel(_ a: UInt32, _ b: UInt32) {
        let operation = a >> 4 & 7, kind = b >> 4 & 3, isUnsigned = b & 0x40 != 0
        guard kind != 3, operation != 3, operation != 7 else { return raiseUndefined() }
        let n = r[Int(a & 15)], m = r[Int(b & 15)]
        let isByte = operation == 0 || operation == 4
        let bits: UInt32 = isByte ? 8 : 16
        let isExchanged = operation == 2 || operation == 6
        let other = isExchanged ? m >> 16 | m << 16 : m
        var result: UInt32 = 0, flags: UInt32 = 0
        for lane in 0..<(32 / bits) {
            let x = laneValue(n, lane, bits, isUnsigned), y = laneValue(other, lane, bits, isUnsigned)
            // ASX adds in the high lane and subtracts in the low one; SAX the other way round.
            let subtracts = isExchanged ? (operation == 2) == (lane == 0) : operation >= 4
            let sum = subtracts ? x &- y : x &+ y
            let wrapped = combine(sum, kind, bits, isUnsigned)
            result |= (UInt32(bitPattern: wrapped) & (bits == 8 ? 0xFF : 0xFFFF)) << (lane &* bits)
            let isSet = isUnsigned && !subtracts ? sum >> Int32(bits) != 0 : sum >= 0
            if isSet { flags |= (isByte ? 1 : 3) << (isByte ? lane : lane &* 2) }
        }
        r[Int(b >> 8 & 15)] = result
        if kind == 0 { greaterEqual = flags }
    }
    private func laneValue(_ value: UInt32, _ lane: UInt32, _ bits: UInt32, _ isUnsigned: Bool) -> Int32 {
        let field = value >> (lane &* bits)
        if isUnsigned { return Int32(bitPattern: field & (bits == 8 ? 0xFF : 0xFFFF)) }
        return Int32(bitPattern: bits == 8 ? signExtend(byte: field) : signExtend(halfword: field))
    }
    private func combine(_ sum: Int32, _ kind: UInt32, _ bits: UInt32, _ isUnsigned: Bool) -> Int32 {
        switch kind {
        case 1:
            let top: Int32 = isUnsigned ? (1 << Int32(bits)) &- 1 : (1 << Int32(bits &- 1)) &- 1
            return min(max(sum, isUnsigned ? 0 : -top &- 1), top)
        case 2: return sum >> 1
        default: return sum
        }
    }
}
