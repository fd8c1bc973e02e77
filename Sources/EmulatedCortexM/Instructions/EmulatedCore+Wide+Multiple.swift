// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// LDM, STM, LDRD, STRD, the exclusives and table branches (ARMv7-M ARM A5.3.5, A5.3.6).
extension EmulatedCore {
    func executeMultipleTransfer(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, isLoad = a & 0x10 != 0, isWriteBack = a & 0x20 != 0
        let mode = a >> 7 & 3, count = UInt32(b.nonzeroBitCount)
        guard mode == 1 || mode == 2, n != 15, count >= 2, b & 0x2000 == 0 else { return raiseUndefined() }
        if isWriteBack && b >> n & 1 != 0 { return raiseUndefined() }
        let base = r[Int(n)]
        let start = mode == 2 ? base &- 4 &* count : base
        let end = mode == 2 ? start : base &+ 4 &* count
        if isLoad {
            if b & 0xC000 == 0xC000 || b & 0x8000 != 0 && isInsideBlock { return raiseUndefined() }
            loadRegisters(b, from: start, base: n, writeBack: isWriteBack ? end : nil)
        } else {
            if b & 0x8000 != 0 { return raiseUndefined() }
            if storeRegisters(b, from: start), isWriteBack { set(n, end) }
        }
    }

    func executeDualOrExclusive(_ a: UInt32, _ b: UInt32) {
        if a & 0x120 != 0 { return transferDual(a, b) }
        let isLoad = a & 0x10 != 0
        guard a & 0x80 != 0 else {
            return isLoad ? loadExclusive(a, b, .word) : storeExclusive(a, b, .word)
        }
        switch b >> 4 & 15 {
        case 0 where isLoad, 1 where isLoad: branchThroughTable(a, b)
        case 4: isLoad ? loadExclusive(a, b, .byte) : storeExclusive(a, b, .byte)
        case 5: isLoad ? loadExclusive(a, b, .halfword) : storeExclusive(a, b, .halfword)
        default: raiseUndefined()
        }
    }

    private func transferDual(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, t = b >> 12 & 15, u = b >> 8 & 15, offset = (b & 0xFF) << 2
        let isLoad = a & 0x10 != 0, isWriteBack = a & 0x20 != 0
        let isUnpredictable =
            isBad(t) || isBad(u) || isLoad && t == u || isWriteBack && (n == t || n == u)
            || n == 15 && (isWriteBack || !isLoad)
        if isUnpredictable { return raiseUndefined() }
        let base = n == 15 ? literalBase : r[Int(n)]
        let moved = a & 0x80 != 0 ? base &+ offset : base &- offset
        let address = a & 0x100 != 0 ? moved : base
        guard isWordAligned(address) else { return }
        if isLoad {
            guard let first = load(word: address), let second = load(word: address &+ 4) else { return }
            (r[Int(t)], r[Int(u)]) = (first, second)
        } else {
            guard store(word: address, r[Int(t)]), store(word: address &+ 4, r[Int(u)]) else { return }
        }
        cycles &+= 1
        if isWriteBack { set(n, moved) }
    }

    private func loadExclusive(_ a: UInt32, _ b: UInt32, _ width: BusWidth) {
        let n = a & 15, t = b >> 12 & 15, isWord = width == .word
        if n == 15 || isBad(t) || b & 0xF00 != 0xF00 || !isWord && b & 15 != 15 { return raiseUndefined() }
        let address = r[Int(n)] &+ (isWord ? (b & 0xFF) << 2 : 0)
        guard isAlignedForExclusive(address, width) else { return }
        guard let value = load(address, width) else { return }
        isMonitorExclusive = true
        r[Int(t)] = value
    }
    /// The local monitor does not compare addresses (DDI 0489, exclusive monitor): any LDREX arms it.
    private func storeExclusive(_ a: UInt32, _ b: UInt32, _ width: BusWidth) {
        let n = a & 15, t = b >> 12 & 15, isWord = width == .word
        let d = isWord ? b >> 8 & 15 : b & 15
        let isUnpredictable =
            n == 15 || isBad(t) || isBad(d) || d == n || d == t || !isWord && b & 0xF00 != 0xF00
        if isUnpredictable { return raiseUndefined() }
        let address = r[Int(n)] &+ (isWord ? (b & 0xFF) << 2 : 0)
        guard isAlignedForExclusive(address, width) else { return }
        guard isMonitorExclusive else { return r[Int(d)] = 1 }
        guard store(address, width, r[Int(t)]) else { return }
        isMonitorExclusive = false
        r[Int(d)] = 0
    }
    private func isAlignedForExclusive(_ address: UInt32, _ width: BusWidth) -> Bool {
        switch width {
        case .byte: true
        case .halfword: isHalfwordAligned(address)
        case .word: isWordAligned(address)
        }
    }
    private func load(_ address: UInt32, _ width: BusWidth) -> UInt32? {
        switch width {
        case .byte: load(byte: address)
        case .halfword: load(halfword: address)
        case .word: load(word: address)
        }
    }
    private func store(_ address: UInt32, _ width: BusWidth, _ value: UInt32) -> Bool {
        switch width {
        case .byte: store(byte: address, value)
        case .halfword: store(halfword: address, value)
        case .word: store(word: address, value)
        }
    }

    /// TBB, TBH.
    private func branchThroughTable(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, m = b & 15
        if b & 0xFF00 != 0xF000 || n == 13 || isBad(m) || isInsideBlock { return raiseUndefined() }
        let base = operand(n), index = r[Int(m)]
        let entry = b & 0x10 == 0 ? load(byte: base &+ index) : load(halfword: base &+ index << 1)
        guard let entry else { return }
        branch(to: r[15] &+ 4 &+ entry << 1)
    }
}
