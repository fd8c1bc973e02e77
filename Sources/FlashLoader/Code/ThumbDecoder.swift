// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Decodes Thumb instructions at their addresses (ARMv7-M ARM §A5).
struct ThumbDecoder {
    /// The halfword at an address of the program; nil outside.
    let halfword: (UInt32) -> UInt32?

    /// Nil where the program has no code, or not all of the instruction.
    func instruction(at address: UInt32) -> ThumbInstruction? {
        guard let first = halfword(address) else { return nil }
        guard first >= 0xE800 else { return narrow(first, at: address) }
        guard let second = halfword(address &+ 2) else { return nil }
        return ThumbWideDecoder(address: address, first: first, second: second).instruction
    }

    private static let stack = 13

    // MARK: - 16 bits

    private func narrow(_ code: UInt32, at address: UInt32) -> ThumbInstruction {
        var it = ThumbInstruction(size: 2)
        let low = Int(code & 7)
        let second = Int(code >> 3 & 7)
        switch code >> 11 {
        // LSL, LSR, ASR by a constant
        case 0: it.result = (low, code >> 6 & 31 == 0 ? .copy(second) : .shiftLeft(second, code >> 6 & 31))
        case 1, 2: it.result = (low, .unknown)
        case 3: arithmetic(code, &it)
        case 4: it.result = (Int(code >> 8 & 7), .constant(code & 0xFF))
        case 5: it.comparison = (Int(code >> 8 & 7), code & 0xFF)
        case 6: it.result = (Int(code >> 8 & 7), .sum(Int(code >> 8 & 7), Int32(code & 0xFF)))
        case 7: it.result = (Int(code >> 8 & 7), .sum(Int(code >> 8 & 7), -Int32(code & 0xFF)))
        case 8: registers(code, &it)
        case 9: it.result = (Int(code >> 8 & 7), .literal(((address &+ 4) & ~3) &+ (code & 0xFF) * 4))
        case 10, 11: indexed(code, &it)
        case 12...17: offset(code, &it)
        case 18, 19:
            let (isLoad, register) = (code >> 11 & 1 == 1, Int(code >> 8 & 7))
            it.access = .init(
                base: Self.stack, offset: Int32(code & 0xFF) * 4, size: 4, isStore: !isLoad,
                source: isLoad ? nil : register)
            if isLoad { it.result = (register, .unknown) }
        case 20: it.result = (Int(code >> 8 & 7), .constant(((address &+ 4) & ~3) &+ (code & 0xFF) * 4))
        case 21: it.result = (Int(code >> 8 & 7), .unknown)
        case 22, 23: miscellaneous(code, at: address, &it)
        case 24, 25: multiple(code, &it)
        case 26, 27:
            switch code >> 8 & 15 {
            case 14: (it.flow, it.event) = (.ends, nil)
            case 15: it.event = .supervisorCall
            default: it.flow = .conditional(address &+ 4 &+ Self.signed(code & 0xFF, 8) &* 2)
            }
        default: it.flow = .branch(address &+ 4 &+ Self.signed(code & 0x7FF, 11) &* 2)
        }
        return it
    }

    private func arithmetic(_ code: UInt32, _ it: inout ThumbInstruction) {
        let (target, source, third) = (Int(code & 7), Int(code >> 3 & 7), code >> 6 & 7)
        switch code >> 9 & 3 {
        case 0: it.result = (target, .sumOfRegisters(source, Int(third)))
        case 1: it.result = (target, .differenceOfRegisters(source, Int(third)))
        case 2: it.result = (target, .sum(source, Int32(third)))
        default: it.result = (target, .sum(source, -Int32(third)))
        }
    }

    /// Data processing between low registers, and the instructions that reach all sixteen.
    private func registers(_ code: UInt32, _ it: inout ThumbInstruction) {
        guard code & 0x0400 != 0 else {
            // TST, CMP and CMN have no result.
            if ![8, 10, 11].contains(code >> 6 & 15) { it.result = (Int(code & 7), .unknown) }
            return
        }
        let target = Int(code & 7 | code >> 4 & 8)
        let source = Int(code >> 3 & 15)
        switch code >> 8 & 3 {
        case 0 where target == Self.stack: (it.push, it.pushRegister) = (nil, source)
        case 0: it.result = (target, .sumOfRegisters(target, source))
        case 1: break
        case 2 where target == Self.stack: break
        case 2 where target == 15:
            it.isMove = true
            it.flow = source == 14 ? .returns : .branchRegister(source)
        case 2: it.result = (target, .copy(source))
        default:
            if code & 0x80 != 0 {
                it.flow = .callRegister(source)
            } else {
                it.flow = source == 14 ? .returns : .branchRegister(source)
            }
        }
    }

    /// Loads and stores with an offset in a register.
    private func indexed(_ code: UInt32, _ it: inout ThumbInstruction) {
        let isLoad = code >> 9 & 7 >= 3
        if isLoad { it.result = (Int(code & 7), .unknown) }
        (it.access, it.indexBase) = (.somewhere(isStore: !isLoad), Int(code >> 3 & 7))
    }

    private func offset(_ code: UInt32, _ it: inout ThumbInstruction) {
        let size = [12: 4, 13: 4, 14: 1, 15: 1, 16: 2, 17: 2][code >> 11] ?? 4
        let (isLoad, register) = (code >> 11 & 1 == 1, Int(code & 7))
        it.access = .init(
            base: Int(code >> 3 & 7), offset: Int32(code >> 6 & 31) * Int32(size), size: size,
            isStore: !isLoad, source: isLoad ? nil : register)
        if isLoad { it.result = (register, .unknown) }
    }

    private func multiple(_ code: UInt32, _ it: inout ThumbInstruction) {
        let base = Int(code >> 8 & 7)
        let isLoad = code >> 11 & 1 == 1
        if isLoad { it.clobbered = (0..<8).filter { code >> UInt32($0) & 1 == 1 } }
        it.clobbered.append(base)
        (it.access, it.indexBase) = (.somewhere(isStore: !isLoad), base)
    }

    private func miscellaneous(_ code: UInt32, at address: UInt32, _ it: inout ThumbInstruction) {
        switch code >> 8 & 15 {
        case 0:
            let amount = Int(code & 0x7F) * 4
            it.push = code & 0x80 != 0 ? amount : -amount
        case 1, 3, 9, 11:
            let distance = (code >> 9 & 1) << 6 | (code >> 3 & 31) << 1
            it.flow = .conditional(address &+ 4 &+ distance)
        case 4, 5: it.push = 4 * (code & 0x1FF).nonzeroBitCount
        case 12, 13:
            it.push = -4 * (code & 0x1FF).nonzeroBitCount
            it.clobbered = (0..<8).filter { code >> UInt32($0) & 1 == 1 }
            if code & 0x100 != 0 { it.flow = .returns }
        case 6 where code & 0xFFE8 == 0xB660:
            if code & 0x12 == 2 { it.event = .enablesInterrupts }
        case 14: it.event = .breakpoint(UInt8(truncatingIfNeeded: code))
        case 15 where code & 15 == 0:
            if code >> 4 & 15 == 2 || code >> 4 & 15 == 3 { it.event = .waitsForInterrupt }
        case 15: break
        default: it.result = (Int(code & 7), .unknown)
        }
    }

    /// A two's complement number of `bits` bits.
    static func signed(_ value: UInt32, _ bits: UInt32) -> UInt32 {
        value & (1 << (bits - 1)) != 0 ? value | ~0 << bits : value
    }
}
