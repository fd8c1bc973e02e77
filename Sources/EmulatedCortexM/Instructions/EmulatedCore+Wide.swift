// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// 32-bit instructions (ARMv7-M ARM A5.3): where each encoding group goes.
extension EmulatedCore {
    @inline(never) func executeWide(_ a: UInt32, _ b: UInt32) {
        if a & 0x400 != 0, a & 0x1800 != 0x1000 { return executeCoprocessor(a, b) }
        switch a >> 11 & 3 {
        case 1:
            if a & 0x200 != 0 {
                executeShiftedRegister(a, b)
            } else if a & 0x40 != 0 {
                executeDualOrExclusive(a, b)
            } else {
                executeMultipleTransfer(a, b)
            }
        case 2:
            if b & 0x8000 != 0 {
                executeBranchOrControl(a, b)
            } else if a & 0x200 != 0 {
                executePlainImmediate(a, b)
            } else {
                executeModifiedImmediate(a, b)
            }
        default:
            if a & 0x200 == 0 {
                if a & 0x10 != 0 { executeLoad(a, b) } else { executeStore(a, b) }
            } else if a & 0x100 == 0 {
                executeRegisterProcessing(a, b)
            } else if a & 0x80 == 0 {
                executeMultiply(a, b)
            } else {
                executeLongMultiply(a, b)
            }
        }
    }
}
