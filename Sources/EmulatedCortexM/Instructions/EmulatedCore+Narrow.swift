// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// 16-bit instructions (ARMv7-M ARM A5.2).
extension EmulatedCore {
    @inline(__always) func executeNarrow(_ op: UInt32) {
        let d = Int(op & 7), n = Int(op >> 3 & 7), m = Int(op >> 6 & 7), high = Int(op >> 8 & 7)
        switch op >> 11 {
        case 0, 1, 2:  // LSL, LSR, ASR immediate
            var carryOut = carry
            let result = shift(r[n], op >> 11, by: op >> 6 & 31, carry: &carryOut)
            r[d] = result
            if currentBlock == 0 {
                setNZ(result)
                carry = carryOut
            }
        case 3:  // ADD, SUB register or 3-bit immediate
            let second = op & 0x400 != 0 ? UInt32(m) : r[m]
            let isSubtraction = op & 0x200 != 0
            r[d] = add(
                r[n], isSubtraction ? ~second : second, carry: isSubtraction, setFlags: currentBlock == 0)
        case 4:  // MOV immediate
            r[high] = op & 0xFF
            if currentBlock == 0 { setNZ(op & 0xFF) }
        case 5: _ = add(r[high], ~(op & 0xFF), carry: true, setFlags: true)  // CMP
        case 6: r[high] = add(r[high], op & 0xFF, carry: false, setFlags: currentBlock == 0)
        case 7: r[high] = add(r[high], ~(op & 0xFF), carry: true, setFlags: currentBlock == 0)
        case 8:
            if op & 0x400 == 0 { executeDataProcessing16(op) } else { executeSpecialData16(op) }
        case 9:  // LDR literal
            guard let value = load(word: literalBase &+ (op & 0xFF) << 2) else { return }
            r[high] = value
        case 10, 11: transfer16(op, at: r[n] &+ r[m])
        case 12: _ = store(word: r[n] &+ (op >> 6 & 31) << 2, r[d])
        case 13:
            guard let value = load(word: r[n] &+ (op >> 6 & 31) << 2) else { return }
            r[d] = value
        case 14: _ = store(byte: r[n] &+ (op >> 6 & 31), r[d])
        case 15:
            guard let value = load(byte: r[n] &+ (op >> 6 & 31)) else { return }
            r[d] = value
        case 16: _ = store(halfword: r[n] &+ (op >> 6 & 31) << 1, r[d])
        case 17:
            guard let value = load(halfword: r[n] &+ (op >> 6 & 31) << 1) else { return }
            r[d] = value
        case 18: _ = store(word: r[13] &+ (op & 0xFF) << 2, r[high])
        case 19:
            guard let value = load(word: r[13] &+ (op & 0xFF) << 2) else { return }
            r[high] = value
        case 20: r[high] = literalBase &+ (op & 0xFF) << 2  // ADR
        case 21: r[high] = r[13] &+ (op & 0xFF) << 2
        case 22, 23: executeMiscellaneous16(op)
        case 24: storeMultiple16(op)
        case 25: loadMultiple16(op)
        case 26, 27: branchConditionally16(op)
        default:  // B; 29...31 are the first halves of 32-bit instructions
            if isInsideBlock { return raiseUndefined() }
            branch(to: r[15] &+ 4 &+ UInt32(bitPattern: Int32(bitPattern: op << 21) >> 20))
        }
    }

    /// STR, STRH, STRB, LDRSB, LDR, LDRH, LDRB, LDRSH with a register offset.
    @inline(__always) private func transfer16(_ op: UInt32, at address: UInt32) {
        let t = Int(op & 7)
        switch op >> 9 & 7 {
        case 0: _ = store(word: address, r[t])
        case 1: _ = store(halfword: address, r[t])
        case 2: _ = store(byte: address, r[t])
        case 3:
            guard let value = load(byte: address) else { return }
            r[t] = signExtend(byte: value)
        case 4:
            guard let value = load(word: address) else { return }
            r[t] = value
        case 5:
            guard let value = load(halfword: address) else { return }
            r[t] = value
        case 6:
            guard let value = load(byte: address) else { return }
            r[t] = value
        default:
            guard let value = load(halfword: address) else { return }
            r[t] = signExtend(halfword: value)
        }
    }

    @inline(__always) private func branchConditionally16(_ op: UInt32) {
        let condition = op >> 8 & 15
        if condition == 15 { return raiseSupervisorCall() }
        if condition == 14 || isInBlock { return raiseUndefined() }
        guard passes(condition) else { return }
        branch(to: r[15] &+ 4 &+ UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: op)) << 1))
    }

    @inline(__always) private func executeDataProcessing16(_ op: UInt32) {
        let d = Int(op & 7), a = r[d], b = r[Int(op >> 3 & 7)]
        let setFlags = currentBlock == 0
        let result: UInt32
        switch op >> 6 & 15 {
        case 0: result = a & b
        case 1: result = a ^ b
        case 2: result = shiftByRegister16(a, 0, b)
        case 3: result = shiftByRegister16(a, 1, b)
        case 4: result = shiftByRegister16(a, 2, b)
        case 5:
            r[d] = add(a, b, carry: carry, setFlags: setFlags)
            return
        case 6:
            r[d] = add(a, ~b, carry: carry, setFlags: setFlags)
            return
        case 7: result = shiftByRegister16(a, 3, b)
        case 8: return setNZ(a & b)  // TST
        case 9:  // RSB from zero
            r[d] = add(~b, 0, carry: true, setFlags: setFlags)
            return
        case 10:
            _ = add(a, ~b, carry: true, setFlags: true)
            return
        case 11:
            _ = add(a, b, carry: false, setFlags: true)
            return
        case 12: result = a | b
        case 13: result = a &* b
        case 14: result = a & ~b
        default: result = ~b
        }
        r[d] = result
        if setFlags { setNZ(result) }
    }
    private func shiftByRegister16(_ value: UInt32, _ type: UInt32, _ amount: UInt32) -> UInt32 {
        var carryOut = carry
        let result = shift(value, type, byRegister: amount, carry: &carryOut)
        if currentBlock == 0 { carry = carryOut }
        return result
    }

    /// ADD, CMP, MOV with high registers, BX and BLX.
    @inline(__always) private func executeSpecialData16(_ op: UInt32) {
        let d = op & 7 | op >> 4 & 8, m = op >> 3 & 15
        switch op >> 8 & 3 {
        case 0:
            if d == 15 && (isInsideBlock || m == 15) { return raiseUndefined() }
            let result = operand(d) &+ operand(m)
            if d == 15 { branch(to: result) } else { set(d, result) }
        case 1:
            if d < 8 && m < 8 || d == 15 || m == 15 { return raiseUndefined() }
            _ = add(r[Int(d)], ~r[Int(m)], carry: true, setFlags: true)
        case 2:
            if d == 15 {
                if isInsideBlock { return raiseUndefined() }
                branch(to: operand(m))
            } else {
                set(d, operand(m))
            }
        default:
            if op & 7 != 0 || isInsideBlock || op & 0x80 != 0 && m == 15 { return raiseUndefined() }
            let target = operand(m)
            if op & 0x80 != 0 { r[14] = next | 1 }
            branchExchange(to: target)
        }
    }
}
