// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Coprocessor space: the floating-point extension is coprocessors 10 and 11, others do not exist
/// (ARMv7-M ARM A5.3.18, A6.4).
extension EmulatedCore {
    func executeCoprocessor(_ a: UInt32, _ b: UInt32) {
        let isVector = a & 0x300 == 0x300
        let isNothing = a & 0x3E0 == 0
        if isVector || isNothing { return raiseUndefined() }
        guard b >> 9 & 7 == 5 else { return raiseUsageFault(.noCoprocessor) }
        guard mayExecuteFloatingPoint() else { return }
        if a & 0x1000 != 0 {
            guard a & 0x200 != 0, b & 0x10 == 0 else { return raiseUndefined() }
            return executeFloatingPointVersion5(a, b)
        }
        if a & 0x200 == 0 {
            if a & 0x1E0 == 0x40 { transferTwo(a, b) } else { transferFloatingPoint(a, b) }
        } else if b & 0x10 != 0 {
            transferOne(a, b)
        } else {
            executeFloatingPointOperation(a, b)
        }
    }

    // MARK: Registers

    /// Register numbers of the three operand fields; nil for a double register above D15.
    func single(_ high: UInt32, _ low: UInt32) -> Int { Int((high & 15) << 1 | low & 1) }
    func double(_ low: UInt32, _ high: UInt32) -> Int? { high & 1 == 0 ? Int(low & 15) << 1 : nil }

    /// The S index where the destination, first or second operand begins.
    func destination(_ a: UInt32, _ b: UInt32, isDouble: Bool) -> Int? {
        isDouble ? double(b >> 12, a >> 6) : single(b >> 12, a >> 6)
    }
    func firstOperand(_ a: UInt32, _ b: UInt32, isDouble: Bool) -> Int? {
        isDouble ? double(a, b >> 7) : single(a, b >> 7)
    }
    func secondOperand(_ b: UInt32, isDouble: Bool) -> Int? {
        isDouble ? double(b, b >> 5) : single(b, b >> 5)
    }

    @inline(__always) func float(_ index: Int, isDouble: Bool) -> UInt64 {
        isDouble ? UInt64(s[index | 1]) << 32 | UInt64(s[index]) : UInt64(s[index])
    }
    @inline(__always) func setFloat(_ index: Int, _ value: UInt64, isDouble: Bool) {
        s[index] = UInt32(truncatingIfNeeded: value)
        if isDouble { s[index | 1] = UInt32(truncatingIfNeeded: value >> 32) }
    }

    // MARK: Loads and stores

    /// VLDR, VSTR, VLDM, VSTM, VPUSH, VPOP.
    private func transferFloatingPoint(_ a: UInt32, _ b: UInt32) {
        let isDouble = b & 0x100 != 0, isLoad = a & 0x10 != 0, isWriteBack = a & 0x20 != 0
        let n = a & 15, offset = (b & 0xFF) << 2
        guard let first = destination(a, b, isDouble: isDouble) else { return raiseUndefined() }
        switch a >> 7 & 3 {
        case 2 where !isWriteBack, 3 where !isWriteBack:
            if n == 15, !isLoad { return raiseUndefined() }
            let base = n == 15 ? literalBase : r[Int(n)]
            let address = a & 0x80 != 0 ? base &+ offset : base &- offset
            _ = moveFloats(first, isDouble ? 2 : 1, at: address, isLoad: isLoad)
        case 1,
            2 where isWriteBack:
            let count = Int(b & 0xFF)
            let isOdd = isDouble && count & 1 != 0
            if count == 0 || first + count > 32 || isOdd || n == 15 { return raiseUndefined() }
            let isUp = a & 0x80 != 0
            let address = isUp ? r[Int(n)] : r[Int(n)] &- offset
            guard moveFloats(first, count, at: address, isLoad: isLoad) else { return }
            if isWriteBack { set(n, isUp ? address &+ offset : address) }
        default: raiseUndefined()
        }
    }
    private func moveFloats(_ first: Int, _ count: Int, at address: UInt32, isLoad: Bool) -> Bool {
        guard isWordAligned(address) else { return false }
        for index in 0..<count {
            let place = address &+ UInt32(index) &* 4
            if isLoad {
                guard let value = load(word: place) else { return false }
                s[first + index] = value
            } else {
                guard store(word: place, s[first + index]) else { return false }
            }
        }
        cycles &+= UInt64(count - 1)
        return true
    }

    // MARK: Moves to and from core registers

    /// VMOV between two core registers and two singles or a double.
    private func transferTwo(_ a: UInt32, _ b: UInt32) {
        let t = Int(b >> 12 & 15), u = Int(a & 15), isToCore = a & 0x10 != 0
        guard b & 0xD0 == 0x10, let m = secondOperand(b, isDouble: b & 0x100 != 0), m < 31,
            !isBad(b >> 12), !isBad(a), !(isToCore && t == u)
        else { return raiseUndefined() }
        if isToCore { (r[t], r[u]) = (s[m], s[m + 1]) } else { (s[m], s[m + 1]) = (r[t], r[u]) }
    }

    /// VMOV of one word, VMRS, VMSR.
    private func transferOne(_ a: UInt32, _ b: UInt32) {
        let t = b >> 12 & 15, isToCore = a & 0x10 != 0
        if b & 0x100 != 0 {
            // Half of a double: the lane is bit 21.
            guard a & 0xC0 == 0, b & 0x6F == 0, !isBad(t), let n = double(a, b >> 7) else {
                return raiseUndefined()
            }
            let index = n | Int(a >> 5 & 1)
            if isToCore { r[Int(t)] = s[index] } else { s[index] = r[Int(t)] }
            return
        }
        switch a >> 5 & 7 {
        case 0:
            guard b & 0x6F == 0, !isBad(t) else { return raiseUndefined() }
            let n = single(a, b >> 7)
            if isToCore { r[Int(t)] = s[n] } else { s[n] = r[Int(t)] }
        case 7:
            guard a & 15 == 1, b & 0xEF == 0, t != 13, t != 15 || isToCore else { return raiseUndefined() }
            if !isToCore {
                fpscr = r[Int(t)] & FloatingPointControl.statusMask
            } else if t == 15 {
                (negative, zero) = (fpscr >> 31 != 0, fpscr >> 30 & 1 != 0)
                (carry, overflow) = (fpscr >> 29 & 1 != 0, fpscr >> 28 & 1 != 0)
            } else {
                r[Int(t)] = fpscr
            }
        default: raiseUndefined()
        }
    }
}
