// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// 32-bit loads and stores of one register (ARMv7-M ARM A5.3.7 to A5.3.10).
extension EmulatedCore {
    /// Where a single transfer goes.
    private struct Place {
        var address: UInt32
        var writeBack: UInt32?
        /// LDRT, STRT and their kind: as if from unprivileged code.
        var isUnprivileged = false
        /// Pre- or post-indexed, LDRT: forms that are no preload hints.
        var isIndexed: Bool { writeBack != nil || isUnprivileged }
    }

    /// Decodes the addressing mode for a base other than PC; nil if it is UNDEFINED.
    private func place(_ a: UInt32, _ b: UInt32) -> Place? {
        let base = r[Int(a & 15)]
        if a & 0x80 != 0 { return Place(address: base &+ (b & 0xFFF)) }
        if b & 0x800 == 0 {
            guard b & 0x7C0 == 0, !isBad(b & 15) else { return nil }
            return Place(address: base &+ r[Int(b & 15)] << (b >> 4 & 3))
        }
        let moved = b & 0x200 != 0 ? base &+ (b & 0xFF) : base &- (b & 0xFF)
        switch b >> 8 & 7 {
        case 4: return Place(address: moved)
        case 5, 7: return Place(address: moved, writeBack: moved)
        case 1, 3: return Place(address: base, writeBack: moved)
        case 6: return Place(address: moved, isUnprivileged: true)
        default: return nil
        }
    }

    func executeStore(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, t = b >> 12 & 15, size = a >> 5 & 3
        guard a & 0x100 == 0, n != 15, size != 3, t != 15, t != 13 || size == 2, let place = place(a, b)
        else {
            return raiseUndefined()
        }
        if place.writeBack != nil && n == t || place.isUnprivileged && t == 13 { return raiseUndefined() }
        let value = r[Int(t)]
        let isDone: Bool
        if place.isUnprivileged {
            isDone = store(place.address, width(size), value, privileged: false)
        } else {
            switch size {
            case 0: isDone = store(byte: place.address, value)
            case 1: isDone = store(halfword: place.address, value)
            default: isDone = store(word: place.address, value)
            }
        }
        if isDone, let writeBack = place.writeBack { set(n, writeBack) }
    }

    func executeLoad(_ a: UInt32, _ b: UInt32) {
        let n = a & 15, t = b >> 12 & 15, size = a >> 5 & 3, isSigned = a & 0x100 != 0
        if size == 3 || size == 2 && isSigned { return raiseUndefined() }
        let place: Place
        if n == 15 {
            place = Place(address: a & 0x80 != 0 ? literalBase &+ (b & 0xFFF) : literalBase &- (b & 0xFFF))
        } else {
            guard let decoded = self.place(a, b) else { return raiseUndefined() }
            place = decoded
        }
        if size != 2, t == 15 {
            // PLD, PLI and the unallocated hints beside them do nothing.
            if place.isIndexed { raiseUndefined() }
            return
        }
        let isUnpredictable =
            place.writeBack != nil && n == t || t == 13 && size != 2 || place.isUnprivileged && isBad(t)
            || t == 15 && isInsideBlock
        if isUnpredictable { return raiseUndefined() }
        guard let value = load(place, size, isSigned: isSigned) else { return }
        if let writeBack = place.writeBack { set(n, writeBack) }
        if t == 15 { branchExchange(to: value) } else { set(t, value) }
    }
    @inline(__always) private func load(_ place: Place, _ size: UInt32, isSigned: Bool) -> UInt32? {
        let raw: UInt32?
        if place.isUnprivileged {
            raw = load(place.address, width(size), privileged: false)
        } else {
            switch size {
            case 0: raw = load(byte: place.address)
            case 1: raw = load(halfword: place.address)
            default: raw = load(word: place.address)
            }
        }
        guard isSigned, let raw else { return raw }
        return size == 0 ? signExtend(byte: raw) : signExtend(halfword: raw)
    }
    private func width(_ size: UInt32) -> BusWidth {
        switch size {
        case 0: .byte
        case 1: .halfword
        default: .word
        }
    }
}
