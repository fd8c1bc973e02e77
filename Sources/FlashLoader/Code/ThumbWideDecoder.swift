// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Decodes a Thumb instruction of 32 bits (ARMv7-M ARM §A5.3).
struct ThumbWideDecoder {
    let address: UInt32
    let first: UInt32
    let second: UInt32

    private var rn: Int { Int(first & 15) }
    private var rt: Int { Int(second >> 12) }
    private var rd: Int { Int(second >> 8 & 15) }

    var instruction: ThumbInstruction {
        var it = ThumbInstruction(size: 4)
        switch first >> 9 {
        // E8, E9
        case 0x74 where first & 0x40 == 0: multiple(&it)
        case 0x74: dualOrExclusive(&it)
        // EA, EB
        case 0x75: shiftedRegister(&it)
        // EC to EF, FC to FF
        case 0x76, 0x77, 0x7E, 0x7F: coprocessor(&it)
        case 0x78...0x7B where second & 0x8000 != 0: branchOrControl(&it)
        case 0x78...0x7B: immediate(&it)
        // F8, F9
        case 0x7C: single(&it)
        // FA, FB
        default:
            it.result = (rd, .unknown)
            if first & 0x180 == 0x180, first & 0x200 != 0 { it.clobbered = [rt] }
        }
        return it
    }

    // MARK: - Memory

    private func multiple(_ it: inout ThumbInstruction) {
        let list = second & 0xFFFF
        let isLoad = first & 0x10 != 0
        let bytes = 4 * list.nonzeroBitCount
        if rn == 13, first & 0x20 != 0 { it.push = isLoad ? -bytes : bytes }
        if isLoad {
            it.clobbered = (0..<13).filter { list >> UInt32($0) & 1 == 1 }
            if list & 0x8000 != 0 { it.flow = .returns }
        }
        guard rn != 13 else { return }
        if first & 0x20 != 0 { it.clobbered.append(rn) }
        (it.access, it.indexBase) = (.somewhere(isStore: !isLoad), rn)
    }

    private func dualOrExclusive(_ it: inout ThumbInstruction) {
        let isLoad = first & 0x10 != 0
        // TBB and TBH
        if first & 0xFFF0 == 0xE8D0, second & 0x00E0 == 0 {
            it.flow =
                rn == 15
                ? .table(address &+ 4, index: Int(second & 15), entry: second & 0x10 != 0 ? 2 : 1) : .ends
            return
        }
        // SG and TT came with ARMv8-M.
        if first == 0xE97F && second == 0xE97F || first & 0xFFF0 == 0xE840 && rt == 15 {
            it.event = .undefined
            return
        }
        if first & 0x0120 == 0 {
            // Exclusive accesses; those that also order memory came with ARMv8-M.
            let operation = second >> 4 & 15
            if first & 0x80 != 0, operation >= 8 { it.event = .undefined }
            it.clobbered = isLoad ? [rt, rd] : [rd, Int(second & 15)]
            return
        }
        let offset = Int32((second & 0xFF) * 4) * (first & 0x80 != 0 ? 1 : -1)
        it.access = .init(
            base: rn, offset: first & 0x100 != 0 ? offset : 0, size: 8, isStore: !isLoad,
            source: isLoad ? nil : rt)
        if isLoad { it.clobbered = [rt, rd] }
        if first & 0x20 != 0 { written(offset, &it) }
    }

    private func single(_ it: inout ThumbInstruction) {
        let isLoad = first & 0x10 != 0
        let size = 1 << Int(first >> 5 & 3)
        var offset: Int32 = 0
        var isKnown = true
        if rn == 15 {
            offset = Int32(second & 0xFFF) * (first & 0x80 != 0 ? 1 : -1)
            let place = ((address &+ 4) & ~3) &+ UInt32(bitPattern: offset)
            // PLD and PLI have no target.
            guard !(rt == 15 && size != 4) else { return }
            guard rt != 15 else { return it.flow = .ends }
            it.result = (rt, size == 4 ? .literal(place) : .unknown)
            return
        }
        if first & 0x80 != 0 {
            offset = Int32(second & 0xFFF)
        } else if second & 0x800 != 0 {
            offset = Int32(second & 0xFF) * (second & 0x200 != 0 ? 1 : -1)
            if second & 0x100 != 0 { written(offset, &it) }
            if second & 0x400 == 0 { offset = 0 }
        } else {
            isKnown = false
        }
        guard !(isLoad && rt == 15 && size != 4) else { return }
        if isKnown {
            it.access = .init(
                base: rn, offset: offset, size: size, isStore: !isLoad, source: isLoad ? nil : rt)
        }
        if !isKnown, rn != 13 { (it.access, it.indexBase) = (.somewhere(isStore: !isLoad), rn) }
        if isLoad {
            it.result = (rt, .unknown)
            if rt == 15 { it.flow = rn == 13 ? .returns : .ends }
        }
    }

    private func written(_ change: Int32, _ it: inout ThumbInstruction) {
        if rn == 13 { it.push = Int(-change) } else { it.writeBack = (rn, change) }
    }

    // MARK: - Arithmetic

    private func shiftedRegister(_ it: inout ThumbInstruction) {
        let shift = (second >> 12 & 7) << 2 | second >> 6 & 3
        let rm = Int(second & 15)
        let operation = first >> 5 & 15
        switch (operation, rd) {
        case (0, 15), (4, 15), (8, 15), (13, 15): break
        case (13, 13): (it.push, it.pushRegister) = (nil, rm)
        case (8, 13): if rn == 13 { (it.push, it.pushRegister) = (nil, nil) }
        case (2, _) where rn == 15:
            it.result = (rd, shift == 0 ? .copy(rm) : second >> 4 & 3 == 0 ? .shiftLeft(rm, shift) : .unknown)
        case (8, _) where shift == 0: it.result = (rd, .sumOfRegisters(rn, rm))
        case (13, _) where shift == 0: it.result = (rd, .differenceOfRegisters(rn, rm))
        default: it.result = (rd, .unknown)
        }
    }

    private func immediate(_ it: inout ThumbInstruction) {
        let plain = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xFF
        let value = first & 0x200 == 0 ? Self.expanded(plain) : plain
        let operation = first >> 5 & 15
        if first & 0x200 != 0 {
            switch operation {
            case 0 where rn == 15: it.result = (rd, .constant(((address &+ 4) & ~3) &+ value))
            case 5 where rn == 15: it.result = (rd, .constant(((address &+ 4) & ~3) &- value))
            case 0, 5: add(operation == 0 ? Int32(value) : -Int32(value), &it)
            case 2: it.result = (rd, .constant((first & 15) << 12 | value))
            case 6: it.result = (rd, .upper(((first & 15) << 12 | value) << 16))
            default: it.result = (rd, .unknown)
            }
            return
        }
        switch (operation, rd) {
        case (0, 15), (4, 15): break
        case (8, 15): break
        case (13, 15): it.comparison = (rn, value)
        case (2, _): it.result = (rd, rn == 15 ? .constant(value) : .or(rn, value))
        case (3, _): it.result = (rd, rn == 15 ? .constant(~value) : .unknown)
        case (1, _): it.result = (rd, .clear(rn, value))
        case (0, _): it.result = (rd, .clear(rn, ~value))
        case (8, _): add(Int32(truncatingIfNeeded: value), &it)
        case (13, _): add(0 &- Int32(truncatingIfNeeded: value), &it)
        default: it.result = (rd, .unknown)
        }
    }

    private func add(_ change: Int32, _ it: inout ThumbInstruction) {
        if rd == 13 {
            if rn == 13 { it.push = -Int(change) }
        } else {
            it.result = (rd, .sum(rn, change))
        }
    }

    // MARK: - Control

    private func branchOrControl(_ it: inout ThumbInstruction) {
        let sign = first >> 10 & 1
        let (j1, j2) = (second >> 13 & 1, second >> 11 & 1)
        let long =
            sign << 24 | (~(j1 ^ sign) & 1) << 23 | (~(j2 ^ sign) & 1) << 22 | (first & 0x3FF) << 12
            | (second & 0x7FF) << 1
        let target = address &+ 4 &+ ThumbDecoder.signed(long, 25)
        switch second & 0x5000 {
        case 0x5000: it.flow = .call(target)
        case 0x1000: it.flow = .branch(target)
        // BLX to ARM code, which this profile does not have; ARMv8.1-M has its loops here.
        case 0x4000: (it.event, it.flow) = (.undefined, .ends)
        default:
            guard first >> 7 & 7 == 7 else {
                let short =
                    sign << 20 | j2 << 19 | j1 << 18 | (first & 0x3F) << 12 | (second & 0x7FF) << 1
                it.flow = .conditional(address &+ 4 &+ ThumbDecoder.signed(short, 21))
                return
            }
            control(&it)
        }
    }

    private func control(_ it: inout ThumbInstruction) {
        switch first >> 4 & 0x7F {
        // MSR
        case 0x38, 0x39: it.event = .writesSpecial(UInt8(truncatingIfNeeded: second), from: rn)
        // MRS
        case 0x3E, 0x3F: it.result = (rd, .unknown)
        case 0x7F: it.flow = .ends
        default: break
        }
        if first == 0xF3AF, second & 0xFF == 2 || second & 0xFF == 3 { it.event = .waitsForInterrupt }
    }

    private func coprocessor(_ it: inout ThumbInstruction) {
        let number = second >> 8 & 15
        // Advanced SIMD, and anything but the floating-point unit: the core has neither.
        guard first & 0x0300 != 0x0300, number == 10 || number == 11 else {
            return it.event = .undefined
        }
        it.event = .floatingPoint
        let isLoad = first & 0x10 != 0
        if first & 0xFFAF == 0xED2D { it.push = Int(second & 0xFF) * 4 }
        if first & 0xFFBF == 0xECBD { it.push = -Int(second & 0xFF) * 4 }
        // VMOV to core registers.
        if first & 0xFF10 == 0xEE10, second & 0x10 != 0 { it.clobbered = [rt] }
        if first & 0xFFF0 == 0xEC50 { it.clobbered = [rt, rn] }
        if first & 0xFF00 == 0xED00, first & 0x20 == 0 {
            let offset = Int32((second & 0xFF) * 4) * (first & 0x80 != 0 ? 1 : -1)
            it.access = .init(
                base: rn, offset: offset, size: number == 11 ? 8 : 4, isStore: !isLoad, source: nil)
        }
    }

    /// ThumbExpandImm (§A5.3.2).
    static func expanded(_ immediate: UInt32) -> UInt32 {
        let byte = immediate & 0xFF
        switch immediate >> 8 {
        case 0: return byte
        case 1: return byte << 16 | byte
        case 2: return byte << 24 | byte << 8
        case 3: return byte << 24 | byte << 16 | byte << 8 | byte
        default:
            let value = byte | 0x80
            let count = immediate >> 7 & 31
            return value >> count | value << (32 - count)
        }
    }
}
