// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Code of our own on the target, through which functions are called and come back.
///
/// A debugger needs three register accesses for each core register, and on some probes each is a command of its own. So
/// what a call needs goes to RAM in one block, the core itself puts it into its registers, and leaves the result where
/// one read finds it. All that the host still sets is the program counter.
///
/// The parameter block, in words: 0 to 3 R0 to R3, 4 R9, 5 SP, 6 LR, 7 the function; 8 start, 9 end and 10 value of a
/// fill before the call; 11 start and 12 end of the canary and 13 what it must hold. The result, written at the return:
/// 14 the state, 15 R0, 16 R1, 17 CONTROL.
package enum CallGate {
    /// Bytes: code, then the block.
    package static let size: UInt32 = 512
    /// So that one comparator can watch the code.
    package static let alignment: UInt32 = 256
    /// Bytes from the start that no code may write to.
    static let codeSize: UInt32 = 256
    static let exitOffset: UInt32 = 0x64
    static let blockOffset: UInt32 = codeSize
    static let resultOffset: UInt32 = codeSize + 56
    static let resultCount = 4

    /// What the block's state says after a call.
    enum State: UInt32 {
        case running = 0
        case returned = 1
        /// Returned, but the canary is not what it was.
        case damaged = 2
    }

    /// Thumb, position-independent.
    ///
    /// Entry: privileged thread mode on the main stack with interrupts masked, whatever the function before left;
    /// fault status emptied, trace on, the fill, then the registers; what is not a parameter is zero.
    static let code: [UInt16] = [
        0xB672,  // 00  cpsid i
        0xB661,  // 02  cpsie f
        0xA73E,  // 04  adr   r7, block
        0x2000,  // 06  movs  r0, #0
        0xF380, 0x8811,  // 08  msr   basepri, r0
        0xF380, 0x8814,  // 0c  msr   control, r0
        0xF3BF, 0x8F6F,  // 10  isb
        0xF64E, 0x5128,  // 14  movw  r1, #0xed28      CFSR, HFSR and DFSR: ones clear
        0xF2CE, 0x0100,  // 18  movt  r1, #0xe000
        0x43C2,  // 1c  mvns  r2, r0
        0x600A,  // 1e  str   r2, [r1]
        0x604A,  // 20  str   r2, [r1, #4]
        0x608A,  // 22  str   r2, [r1, #8]
        0xF8D1, 0x20D4,  // 24  ldr   r2, [r1, #0xd4]  DEMCR.TRCENA
        0xF042, 0x7280,  // 28  orr   r2, r2, #0x1000000
        0xF8C1, 0x20D4,  // 2c  str   r2, [r1, #0xd4]
        0xE9D7, 0x4508,  // 30  ldrd  r4, r5, [r7, #32]
        0x6ABE,  // 34  ldr   r6, [r7, #40]
        0xE001,  // 36  b     2f
        0xF844, 0x6B04,  // 38  1: str   r6, [r4], #4
        0x42AC,  // 3c  2: cmp   r4, r5
        0xD3FB,  // 3e  blo   1b
        0xF8D7, 0x9010,  // 40  ldr   r9, [r7, #16]
        0xF8D7, 0xD014,  // 44  ldr   sp, [r7, #20]
        0xF8D7, 0xE018,  // 48  ldr   lr, [r7, #24]
        0xF8D7, 0xC01C,  // 4c  ldr   r12, [r7, #28]
        0x4680, 0x4682, 0x4683,  // 50  mov   r8, r10, r11, r0
        0x2400, 0x2500, 0x2600,  // 56  movs  r4, r5, r6, #0
        0xE897, 0x000F,  // 5c  ldm   r7, {r0-r3}
        0x2700,  // 60  movs  r7, #0
        0x4760,  // 62  bx    r12
        // Exit. With interrupts masked none can coincide with the BKPT (Cortex-M7 erratum 3092511).
        0xB672,  // 64  cpsid i
        0xA726,  // 66  adr   r7, block
        0xE9C7, 0x010F,  // 68  strd  r0, r1, [r7, #60]
        0xF3EF, 0x8014,  // 6c  mrs   r0, control
        0x6478,  // 70  str   r0, [r7, #68]
        0xE9D7, 0x120B,  // 72  ldrd  r1, r2, [r7, #44]
        0x6B7B,  // 76  ldr   r3, [r7, #52]
        0x2001,  // 78  movs  r0, #1
        0x4291,  // 7a  3: cmp   r1, r2
        0xD204,  // 7c  bhs   4f
        0xF851, 0x4B04,  // 7e  ldr   r4, [r1], #4
        0x429C,  // 82  cmp   r4, r3
        0xD0F9,  // 84  beq   3b
        0x2002,  // 86  movs  r0, #2
        0x63B8,  // 88  4: str   r0, [r7, #56]
        0xF3BF, 0x8F4F,  // 8a  dsb
        0xBE00,  // 8e  bkpt  #0
    ]
    static var codeBytes: [UInt8] {
        code.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    /// The parameter block of a call, with the state at its end.
    static func block(for call: FunctionCall) -> [UInt32] {
        let arguments = call.arguments + [UInt32](repeating: 0, count: 4 - call.arguments.count)
        let canaryEnd = call.site.guardArea?.upperBound ?? 0
        let canaryStart = call.site.guardArea == nil ? 0 : canaryEnd - CallSite.canarySize
        return arguments + [
            call.staticBase ?? 0, call.site.stack.upperBound & ~7, call.site.returnAddress | 1,
            call.entry | 1,
            call.fill?.range.lowerBound ?? 0, call.fill?.range.upperBound ?? 0, call.fill?.word ?? 0,
            canaryStart, canaryEnd, CallSite.pattern, State.running.rawValue,
        ]
    }
}
