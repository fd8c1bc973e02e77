// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension EmulatedCore {
    @inline(__always) func setNZ(_ result: UInt32) {
        negative = result >> 31 != 0
        zero = result == 0
    }

    /// AddWithCarry() of the architecture.
    @inline(__always) func add(_ a: UInt32, _ b: UInt32, carry carryIn: Bool, setFlags: Bool) -> UInt32 {
        let wide = UInt64(a) &+ UInt64(b) &+ (carryIn ? 1 : 0)
        let result = UInt32(truncatingIfNeeded: wide)
        if setFlags {
            setNZ(result)
            carry = wide >> 32 != 0
            overflow = ((a ^ result) & (b ^ result)) >> 31 != 0
        }
        return result
    }

    /// Whether the condition holds; 14 and 15 always do.
    @inline(__always) func passes(_ condition: UInt32) -> Bool {
        let holds: Bool
        switch condition >> 1 & 7 {
        case 0: holds = zero
        case 1: holds = carry
        case 2: holds = negative
        case 3: holds = overflow
        case 4: holds = carry && !zero
        case 5: holds = negative == overflow
        case 6: holds = negative == overflow && !zero
        default: return true
        }
        return condition & 1 != 0 ? !holds : holds
    }

    /// A shift by an immediate as encoded: type LSL, LSR, ASR, ROR; amount 0 means 32, 32 and RRX for the last three.
    @inline(__always) func shift(
        _ value: UInt32, _ type: UInt32, by amount: UInt32, carry: inout Bool
    ) -> UInt32 {
        switch type & 3 {
        case 0:
            if amount == 0 { return value }
            carry = value >> (32 &- amount) & 1 != 0
            return value << amount
        case 1:
            let count = amount == 0 ? 32 : amount
            carry = value >> (count &- 1) & 1 != 0
            return value >> count
        case 2:
            let count = amount == 0 ? 32 : amount
            carry = value >> (count &- 1) & 1 != 0
            return UInt32(bitPattern: Int32(bitPattern: value) >> Int32(min(31, count)))
        default:
            if amount == 0 {
                let result = value >> 1 | (carry ? 0x8000_0000 : 0)
                carry = value & 1 != 0
                return result
            }
            let result = value >> amount | value << (32 &- amount)
            carry = result >> 31 != 0
            return result
        }
    }

    /// A shift by the low byte of a register.
    func shift(_ value: UInt32, _ type: UInt32, byRegister amount: UInt32, carry: inout Bool) -> UInt32 {
        let count = amount & 0xFF
        if count == 0 { return value }
        switch type & 3 {
        case 0:
            carry = count <= 32 && value >> (32 &- count) & 1 != 0
            return value << count
        case 1:
            carry = count <= 32 && value >> (count &- 1) & 1 != 0
            return value >> count
        case 2:
            let signed = Int32(bitPattern: value)
            carry = signed >> Int32(min(31, count &- 1)) & 1 != 0
            return UInt32(bitPattern: signed >> Int32(min(31, count)))
        default:
            let turn = count & 31
            let result = turn == 0 ? value : value >> turn | value << (32 &- turn)
            carry = result >> 31 != 0
            return result
        }
    }

    /// Writes a register other than the program counter; the stack pointer has no bits 1:0.
    @inline(__always) func set(_ index: UInt32, _ value: UInt32) {
        r[Int(index & 15)] = index == 13 ? value & ~3 : value
    }
    /// A register as an operand: R15 reads as the instruction's address + 4.
    @inline(__always) func operand(_ index: UInt32) -> UInt32 {
        index == 15 ? r[15] &+ 4 : r[Int(index & 15)]
    }
    /// Align(PC, 4), the base of literal addressing.
    @inline(__always) var literalBase: UInt32 { (r[15] &+ 4) & ~3 }

    /// Branches without a change of state.
    @inline(__always) func branch(to target: UInt32) {
        next = target & ~1
        cycles &+= 1
    }
    /// BXWritePC(): branches, or returns from an exception when the target is an EXC_RETURN value in Handler mode.
    @inline(__always) func branchExchange(to target: UInt32) {
        if target >= 0xF000_0000, exceptionNumber != 0 { return returnFromException(target) }
        if target & 1 == 0 {
            isThumb = false
            forgetCodeSpan()
        }
        branch(to: target)
    }
}

@inline(__always) func signExtend(byte value: UInt32) -> UInt32 {
    UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: value)))
}
@inline(__always) func signExtend(halfword value: UInt32) -> UInt32 {
    UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: value)))
}
/// Whether a 32-bit encoding names a register that almost no instruction may use there: SP or PC.
@inline(__always) func isBad(_ index: UInt32) -> Bool { index & 13 == 13 }
@inline(__always) func rotateRight(_ value: UInt32, _ count: UInt32) -> UInt32 {
    value >> (count & 31) | value << (32 &- (count & 31))
}
