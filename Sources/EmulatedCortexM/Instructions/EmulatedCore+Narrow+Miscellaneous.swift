// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Miscellaneous 16-bit instructions (ARMv7-M ARM A5.2.5) and the 16-bit multiple transfers.
extension EmulatedCore {
    func executeMiscellaneous16(_ op: UInt32) {
        let d = Int(op & 7), m = r[Int(op >> 3 & 7)]
        switch op >> 8 & 15 {
        case 0:  // ADD, SUB SP
            let count = (op & 0x7F) << 2
            r[13] = op & 0x80 == 0 ? r[13] &+ count : r[13] &- count
        case 1, 3, 9, 11:  // CBZ, CBNZ
            if isInBlock { return raiseUndefined() }
            guard (r[d] == 0) == (op & 0x800 == 0) else { return }
            branch(to: r[15] &+ 4 &+ (op >> 9 & 1) << 6 &+ (op >> 3 & 31) << 1)
        case 2:
            switch op >> 6 & 3 {
            case 0: r[d] = signExtend(halfword: m)
            case 1: r[d] = signExtend(byte: m)
            case 2: r[d] = m & 0xFFFF
            default: r[d] = m & 0xFF
            }
        case 4, 5: push16(op)
        case 6: changeProcessorState16(op)
        case 10:
            switch op >> 6 & 3 {
            case 0: r[d] = m.byteSwapped
            case 1: r[d] = (m & 0xFF_00FF) << 8 | m >> 8 & 0xFF_00FF
            case 3: r[d] = signExtend(halfword: (m & 0xFF) << 8 | m >> 8 & 0xFF)
            default: raiseUndefined()
            }
        case 12, 13: pop16(op)
        case 14: raiseBreakpointInstruction()
        case 15: executeHint16(op)
        default: raiseUndefined()
        }
    }

    private func executeHint16(_ op: UInt32) {
        guard op & 15 != 0 else { return executeHint(op >> 4 & 15) }
        let condition = op >> 4 & 15
        let isUnpredictable = condition == 15 || condition == 14 && (op & 15).nonzeroBitCount != 1
        if isInBlock || isUnpredictable { return raiseUndefined() }
        block = op & 0xFF
    }

    /// NOP, YIELD, WFE, WFI, SEV; the others are NOPs.
    func executeHint(_ hint: UInt32) {
        switch hint {
        case 2:
            if eventRegister { eventRegister = false } else { fallAsleep(.forEvent) }
        case 3: fallAsleep(.forInterrupt)
        case 4: eventRegister = true
        default: break
        }
    }

    /// CPS; without privilege it does nothing.
    private func changeProcessorState16(_ op: UInt32) {
        if op & 0xEC != 0x60 || op & 3 == 0 || isInBlock { return raiseUndefined() }
        guard isPrivileged else { return }
        let isDisabling = op & 0x10 != 0
        if op & 2 != 0 { primask = isDisabling }
        if op & 1 != 0, !isDisabling || executionPriority > -1 { faultmask = isDisabling }
        refreshPriority()
    }

    private func push16(_ op: UInt32) {
        let list = op & 0xFF | (op & 0x100) << 6
        if list == 0 { return raiseUndefined() }
        let base = r[13] &- 4 &* UInt32(list.nonzeroBitCount)
        guard storeRegisters(list, from: base) else { return }
        r[13] = base
    }
    private func pop16(_ op: UInt32) {
        let list = op & 0xFF | (op & 0x100) << 7
        if list == 0 || list >> 15 != 0 && isInsideBlock { return raiseUndefined() }
        loadRegisters(list, from: r[13], base: 13, writeBack: r[13] &+ 4 &* UInt32(list.nonzeroBitCount))
    }
    func storeMultiple16(_ op: UInt32) {
        let n = Int(op >> 8 & 7), list = op & 0xFF
        if list == 0 { return raiseUndefined() }
        let base = r[n]
        guard storeRegisters(list, from: base) else { return }
        r[n] = base &+ 4 &* UInt32(list.nonzeroBitCount)
    }
    func loadMultiple16(_ op: UInt32) {
        let n = op >> 8 & 7, list = op & 0xFF
        if list == 0 { return raiseUndefined() }
        let end = r[Int(n)] &+ 4 &* UInt32(list.nonzeroBitCount)
        loadRegisters(list, from: r[Int(n)], base: n, writeBack: list >> n & 1 == 0 ? end : nil)
    }

    /// Stores the listed registers upwards from `address`; false if a fault was raised.
    func storeRegisters(_ list: UInt32, from address: UInt32) -> Bool {
        guard isWordAligned(address) else { return false }
        var (rest, place) = (list, address)
        while rest != 0 {
            guard store(word: place, r[rest.trailingZeroBitCount & 15]) else { return false }
            place &+= 4
            rest &= rest &- 1
        }
        cycles &+= UInt64(list.nonzeroBitCount &- 1)
        return true
    }
    /// Loads the listed registers, then writes back; on a fault the base register is as it was.
    func loadRegisters(_ list: UInt32, from address: UInt32, base: UInt32, writeBack: UInt32?) {
        guard isWordAligned(address) else { return }
        let original = r[Int(base & 15)]
        var (rest, place) = (list & 0x7FFF, address)
        while rest != 0 {
            guard let value = load(word: place) else { return r[Int(base & 15)] = original }
            set(UInt32(rest.trailingZeroBitCount), value)
            place &+= 4
            rest &= rest &- 1
        }
        cycles &+= UInt64(list.nonzeroBitCount &- 1)
        guard list >> 15 != 0 else {
            if let writeBack { set(base, writeBack) }
            return
        }
        guard let target = load(word: place) else { return r[Int(base & 15)] = original }
        if let writeBack { set(base, writeBack) }
        branchExchange(to: target)
    }
}
