// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension EncodingClass {
    /// The floating-point extension of the M7.
    ///
    /// Registers are D0 to D15: the D bit of a double is 0.
    static let floatingPoint: [EncodingClass] = [
        .init("VMLA, VMLS", "11101110 0x00 xxxx xxxx 101 z x x x 0 xxxx", where: hasRegisters),
        .init("VNMLA, VNMLS", "11101110 0x01 xxxx xxxx 101 z x x x 0 xxxx", where: hasRegisters),
        .init("VMUL, VNMUL", "11101110 0x10 xxxx xxxx 101 z x x x 0 xxxx", where: hasRegisters),
        .init("VADD, VSUB", "11101110 0x11 xxxx xxxx 101 z x x x 0 xxxx", where: hasRegisters),
        .init("VDIV", "11101110 1x00 xxxx xxxx 101 z x 0 x 0 xxxx", where: hasRegisters),
        .init("VFNMA, VFNMS", "11101110 1x01 xxxx xxxx 101 z x x x 0 xxxx", where: hasRegisters),
        .init("VFMA, VFMS", "11101110 1x10 xxxx xxxx 101 z x x x 0 xxxx", where: hasRegisters),
        .init("VMOV immediate", "11101110 1x11 xxxx xxxx 101 z 0000 xxxx", where: hasDestination),
        .init("VMOV, VABS", "11101110 1x11 0000 xxxx 101 z x 1 x 0 xxxx", where: hasOperand),
        .init("VNEG", "11101110 1x11 0001 xxxx 101 z 0 1 x 0 xxxx", where: hasOperand),
        .init("VSQRT", "11101110 1x11 0001 xxxx 101 z 1 1 x 0 xxxx", where: hasOperand),
        .init("VCVTB, VCVTT from half", "11101110 1x11 0010 xxxx 101 z x 1 x 0 xxxx", where: hasDestination),
        .init(
            "VCVTB, VCVTT to half", "11101110 1x11 0011 xxxx 101 z x 1 x 0 xxxx",
            where: { _, b in b & 0x120 != 0x120 }),
        .init("VCMP", "11101110 1x11 0100 xxxx 101 z x 1 x 0 xxxx", where: hasOperand),
        .init("VCMP zero", "11101110 1x11 0101 xxxx 101 z x 1 0 0 0000", where: hasDestination),
        .init("VRINTR, VRINTZ", "11101110 1x11 0110 xxxx 101 z x 1 x 0 xxxx", where: hasOperand),
        .init("VRINTX", "11101110 1x11 0111 xxxx 101 z 0 1 x 0 xxxx", where: hasOperand),
        .init("VCVT single to double", "11101110 1011 0111 xxxx 1010 1 1 x 0 xxxx"),
        .init("VCVT double to single", "11101110 1x11 0111 xxxx 1011 1 1 0 0 xxxx"),
        .init("VCVT from integer", "11101110 1x11 1000 xxxx 101 z x 1 x 0 xxxx", where: hasDestination),
        .init(
            "VCVT to integer", "11101110 1x11 110x xxxx 101 z x 1 x 0 xxxx",
            where: { _, b in b & 0x120 != 0x120 }),
        .init(
            "VCVT fixed", "11101110 1x11 1x1x xxxx 101 z w 1 x 0 xxxx",
            where: { a, b in hasDestination(a, b) && (b & 0x80 != 0 || (b & 15) << 1 | b >> 5 & 1 <= 16) }),
        .init("VSEL", "11111110 0xxx xxxx xxxx 101 z x 0 x 0 xxxx", where: hasRegisters),
        .init("VMAXNM, VMINNM", "11111110 1x00 xxxx xxxx 101 z x x x 0 xxxx", where: hasRegisters),
        .init("VRINTA to VRINTM", "11111110 1x11 10xx xxxx 101 z 0 1 x 0 xxxx", where: hasOperand),
        .init(
            "VCVTA to VCVTM", "11111110 1x11 11xx xxxx 101 z x 1 x 0 xxxx",
            where: { _, b in b & 0x120 != 0x120 }),
        .init("VMOV word", "11101110 000x xxxx tttt 1010 x001 0000"),
        .init("VMOV half of a double", "11101110 00xx xxxx tttt 1011 0001 0000"),
        .init("VMRS, VMSR", "11101110 111x 0001 tttt 1010 0001 0000"),
        .init("VMRS flags", "11101110 1111 0001 1111 1010 0001 0000"),
        .init(
            "VMOV two words", "11101100 010x uuuu tttt 101 z 00 x 1 xxxx",
            where: { _, b in b & 0x120 != 0x120 && b & 0x12F != 0x2F }),
        .init("VLDR, VSTR", "11101101 xx0x nnnn xxxx 101 z xxxxxxxx", where: hasDestination),
        .init("VLDR literal", "11101101 xx01 1111 xxxx 101 z 00xxxxxx", where: hasDestination),
        .init(
            "VLDM, VSTM", "1110110 ppxwx nnnn xxxx 101 z 000xxxxx",
            where: { a, b in
                let count = b & 0xFF, first = b & 0x100 != 0 ? b >> 11 & 30 : b >> 11 & 30 | a >> 6 & 1
                let isMode = [2, 3, 5].contains(a >> 6 & 4 | a >> 6 & 2 | a >> 5 & 1)
                return isMode && hasDestination(a, b) && count != 0 && first + count <= 32
                    && (b & 0x100 == 0 || count & 1 == 0)
            }),
    ]
    @Sendable private static func hasRegisters(_ a: UInt32, _ b: UInt32) -> Bool {
        b & 0x100 == 0 || a & 0x40 == 0 && b & 0xA0 == 0
    }
    @Sendable private static func hasDestination(_ a: UInt32, _ b: UInt32) -> Bool {
        b & 0x100 == 0 || a & 0x40 == 0
    }
    @Sendable private static func hasOperand(_ a: UInt32, _ b: UInt32) -> Bool {
        b & 0x100 == 0 || a & 0x40 == 0 && b & 0x20 == 0
    }
}
