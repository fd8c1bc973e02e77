// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// 32-bit branches, MSR, MRS, hints and barriers (ARMv7-M ARM A5.3.4).
extension EmulatedCore {
    func executeBranchOrControl(_ a: UInt32, _ b: UInt32) {
        switch b >> 12 & 5 {
        case 1:  // B
            if isInsideBlock { return raiseUndefined() }
            branch(to: r[15] &+ 4 &+ longOffset(a, b))
        case 5:  // BL
            if isInsideBlock { return raiseUndefined() }
            r[14] = next | 1
            branch(to: r[15] &+ 4 &+ longOffset(a, b))
        case 0 where a & 0x380 != 0x380: branchConditionally(a, b)
        case 0 where b & 0x2000 == 0: executeControl(a, b)
        default: raiseUndefined()
        }
    }

    private func longOffset(_ a: UInt32, _ b: UInt32) -> UInt32 {
        let sign = a >> 10 & 1
        let i1 = ~(b >> 13 ^ sign) & 1, i2 = ~(b >> 11 ^ sign) & 1
        let low = (a & 0x3FF) << 12 | (b & 0x7FF) << 1
        let offset = sign << 24 | i1 << 23 | i2 << 22 | low
        return UInt32(bitPattern: Int32(bitPattern: offset << 7) >> 7)
    }

    private func branchConditionally(_ a: UInt32, _ b: UInt32) {
        if isInBlock { return raiseUndefined() }
        guard passes(a >> 6 & 15) else { return }
        let high = (a >> 10 & 1) << 20 | (b >> 11 & 1) << 19 | (b >> 13 & 1) << 18
        let offset = high | (a & 0x3F) << 12 | (b & 0x7FF) << 1
        branch(to: r[15] &+ 4 &+ UInt32(bitPattern: Int32(bitPattern: offset << 11) >> 11))
    }

    private func executeControl(_ a: UInt32, _ b: UInt32) {
        switch a >> 4 & 0x7F {
        case 0x38:
            let mask = b >> 10 & 3, selector = b & 0xFF
            let isSelectable = mask == 2 || mask != 0 && selector <= 3
            guard b & 0x300 == 0, !isBad(a & 15), isSelectable, Self.isSpecialRegister(selector) else {
                return raiseUndefined()
            }
            writeSpecial(selector, r[Int(a & 15)], mask: mask)
        case 0x3A:
            guard a & 15 == 15, b & 0x700 == 0 else { return raiseUndefined() }
            executeHint(b & 0xFF)
        case 0x3B:
            guard a & 15 == 15, b & 0xF00 == 0xF00 else { return raiseUndefined() }
            switch b >> 4 & 15 {
            case 2 where b & 15 == 15: isMonitorExclusive = false  // CLREX
            case 4, 5, 6: break  // DSB, DMB, ISB
            default: raiseUndefined()
            }
        case 0x3E:
            guard a & 15 == 15, !isBad(b >> 8), Self.isSpecialRegister(b & 0xFF) else {
                return raiseUndefined()
            }
            r[Int(b >> 8 & 15)] = readSpecial(b & 0xFF)
        default: raiseUndefined()
        }
    }

    private static func isSpecialRegister(_ selector: UInt32) -> Bool {
        selector <= 9 && selector != 4 || (16...20).contains(selector)
    }

    /// MRS; what needs privilege reads as zero without it, EPSR always.
    private func readSpecial(_ selector: UInt32) -> UInt32 {
        if selector < 8 {
            let flags = selector & 4 == 0 ? statusFlags : 0
            return flags | (selector & 1 != 0 && isPrivileged ? exceptionNumber : 0)
        }
        if selector == 20 { return control }
        guard isPrivileged else { return 0 }
        switch selector {
        case 8: return usesProcessStack ? otherStackPointer : r[13]
        case 9: return usesProcessStack ? r[13] : otherStackPointer
        case 16: return primask ? 1 : 0
        case 17, 18: return basepri
        default: return faultmask ? 1 : 0
        }
    }

    private func writeSpecial(_ selector: UInt32, _ value: UInt32, mask: UInt32) {
        if selector < 4 {
            if mask & 2 != 0 { setFlags(value) }
            if mask & 1 != 0 { greaterEqual = value >> 16 & 15 }
            return
        }
        guard isPrivileged else { return }
        let priority = value & UInt32(InterruptController.implementedPriority)
        switch selector {
        case 8: mainStackPointer = value
        case 9: processStackPointer = value
        case 16: primask = value & 1 != 0
        case 17: basepri = priority
        case 18: if priority != 0, basepri == 0 || priority < basepri { basepri = priority }
        case 19: if value & 1 == 0 || executionPriority > -1 { faultmask = value & 1 != 0 }
        case 20: setControl(value)
        default: break
        }
        refreshPriority()
    }
}
