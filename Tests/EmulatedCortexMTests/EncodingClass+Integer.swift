// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension EncodingClass {
    /// 16-bit instructions.
    static let narrow: [EncodingClass] = [
        .init("shift by immediate", "000 pp iiiii nnn ddd", where: { a, _ in a >> 11 != 3 }),
        .init("add, subtract", "00011 is mmm nnn ddd"),
        .init("immediate", "001 pp ddd iiiiiiii"),
        .init("data processing", "010000 pppp mmm ddd"),
        .init("add high", "01000100 x mmmm ddd", where: { a, _ in a & 0x87 != 0x87 }),
        .init("add to SP", "01000100 1 mmmm 101"),
        .init("compare high", "01000101 1 mmmm 0xx"),
        .init("move high", "01000110 x mmmm ddd", where: { a, _ in a & 0x87 != 0x87 }),
        .init("branch and exchange", "010001110 mmmm 000"),
        .init("branch with link and exchange", "010001111 mmmm 000"),
        .init("load literal", "01001 ddd 00xxxxxx"),
        .init("transfer by register", "0101 ppp mmm nnn ddd"),
        .init("transfer by immediate", "011 pp iiiii nnn ddd"),
        .init("halfword by immediate", "1000 p iiiii nnn ddd"),
        .init("SP relative", "1001 p ddd iiiiiiii"),
        .init("address", "1010 p ddd iiiiiiii"),
        .init("adjust SP", "10110000 p iiiiiii"),
        .init("compare and branch", "1011 p 0 i 1 iiiii nnn"),
        .init("extend", "10110010 pp mmm ddd"),
        .init("push", "1011010 xxxxxxxxx", where: { a, _ in a & 0x1FF != 0 }),
        .init("pop", "10111100 xxxxxxxx", where: { a, _ in a & 0xFF != 0 }),
        .init("reverse", "10111010 pp mmm ddd", where: { a, _ in a >> 6 & 3 != 2 }),
        .init("store multiple", "11000 nnn xxxxxxxx", where: { a, _ in a & 0xFF != 0 }),
        .init("load multiple", "11001 nnn xxxxxxxx", where: { a, _ in a & 0xFF != 0 }),
        .init("conditional branch", "1101 cccc xxxxxxxx", where: { a, _ in a >> 8 & 15 < 14 }),
        .init("branch", "11100 xxxxxxxxxxx"),
    ]

    /// 32-bit data processing and multiplication.
    static let processing: [EncodingClass] = [
        .init(
            "shifted register", "1110101 pppp s nnnn 0 iii dddd ii tt mmmm",
            where: { a, _ in [0, 1, 2, 3, 4, 8, 10, 11, 13, 14].contains(a >> 5 & 15) }),
        .init(
            "shifted register, test", "1110101 pppp 1 nnnn 0 iii 1111 ii xx mmmm",
            where: { a, _ in [0, 4, 8, 13].contains(a >> 5 & 15) }),
        .init("shifted register, move", "1110101 001x s 1111 0 iii dddd ii xx mmmm"),
        .init("pack halfwords", "111010101100 nnnn 0 iii dddd ii x0 mmmm"),
        .init(
            "modified immediate", "11110 i 0 pppp s nnnn 0 iii dddd iiiiiiii",
            where: { a, b in
                [0, 1, 2, 3, 4, 8, 10, 11, 13, 14].contains(a >> 5 & 15)
                    && (b & 0xFF != 0 || a >> 10 & 1 != 0 || b >> 12 & 7 >= 4 || b >> 12 & 3 == 0)
            }),
        .init(
            "modified immediate, test", "11110 i 0 pppp 1 nnnn 0 iii 1111 iiiiiiii",
            where: { a, b in [0, 4, 8, 13].contains(a >> 5 & 15) && b & 0xFF != 0 }),
        .init(
            "modified immediate, move", "11110 i 0 001x s 1111 0 iii dddd iiiiiiii",
            where: { _, b in b & 0xFF != 0 }),
        .init("wide add", "11110 i 10 0000 nnnn 0 iii dddd iiiiiiii"),
        .init("wide subtract", "11110 i 10 1010 nnnn 0 iii dddd iiiiiiii"),
        .init(
            "SP plus immediate", "11110 i 01000 s 1101 0 iii dddd iiiiiiii", where: { _, b in b & 0xFF != 0 }),
        .init(
            "SP adjusted", "11110 i 10 p0p0 1101 0 iii 1101 iiiiiiii",
            where: { a, _ in [0, 10].contains(a >> 4 & 15) }),
        .init("address", "11110 i 10 0000 1111 0 iii dddd iiiiiiii"),
        .init("move wide", "11110 i 10 x100 iiii 0 iii dddd iiiiiiii"),
        .init(
            "saturate", "11110 0 11 x0 p 0 nnnn 0 iii dddd ii 0 iiiii",
            where: { a, b in a >> 5 & 1 == 0 || b & 0x70C0 != 0 }),
        .init("saturate halfwords", "11110 0 11 x010 nnnn 0 000 dddd 0000 iiii"),
        .init(
            "extract field", "11110 0 11 x1 0 0 nnnn 0 iii dddd ii 0 wwwww",
            where: { _, b in (b >> 10 & 0x1C | b >> 6 & 3) + (b & 31) < 32 }),
        .init(
            "insert field", "11110 0 110110 nnnn 0 iii dddd ii 0 wwwww",
            where: { _, b in (b >> 10 & 0x1C | b >> 6 & 3) <= b & 31 }),
        .init(
            "clear field", "11110 0 110110 1111 0 iii dddd ii 0 wwwww",
            where: { _, b in (b >> 10 & 0x1C | b >> 6 & 3) <= b & 31 }),
        .init("shift by register", "11111010 0xx s nnnn 1111 dddd 0000 mmmm"),
        .init("extend", "111110100 ppp nnnn 1111 dddd 10 rr mmmm", where: { a, _ in a >> 4 & 7 < 6 }),
        .init("extend alone", "111110100 ppp 1111 1111 dddd 10 rr mmmm", where: { a, _ in a >> 4 & 7 < 6 }),
        .init(
            "parallel", "111110101 ppp nnnn 1111 dddd 0 x kk mmmm",
            where: { a, b in a >> 4 & 3 != 3 && b >> 4 & 3 != 3 }),
        .init("saturating add", "111110101000 nnnn 1111 dddd 10 pp mmmm"),
        .init(
            "reverse, count", "1111101010 x 1 xxxx 1111 dddd 10 pp mmmm",
            where: { a, b in a & 15 == b & 15 && (a >> 5 & 1 == 0 || b >> 4 & 3 == 0) }),
        .init("select", "111110101010 nnnn 1111 dddd 1000 mmmm"),
        .init(
            "multiply", "111110110 ppp nnnn aaaa dddd 00 vv mmmm",
            where: { a, b in
                let operation = a >> 4 & 7, variant = b >> 4 & 3
                return operation == 1 || operation == 7 && variant == 0 || operation != 7 && variant < 2
            }),
        .init(
            "multiply without accumulator", "111110110 ppp nnnn 1111 dddd 00 vv mmmm",
            where: { a, b in
                let operation = a >> 4 & 7, variant = b >> 4 & 3
                if operation == 0 || operation == 7 { return variant == 0 }
                return operation == 1 || operation != 6 && variant < 2
            }),
        .init(
            "long multiply", "111110111 ppp nnnn tttt dddd vvvv mmmm",
            where: { a, b in
                switch (a >> 4 & 7, b >> 4 & 15) {
                case (0, 0), (2, 0), (4, 0), (4, 8...13), (5, 12...13), (6, 0), (6, 6): true
                default: false
                }
            }),
        .init("divide", "111110111 0x1 nnnn 1111 dddd 1111 mmmm"),
    ]

    /// 32-bit loads, stores, branches and status accesses.
    static let transfers: [EncodingClass] = [
        .init("transfer, 12-bit offset", "1111100 s 1 zz l nnnn tttt iiiiiiiiiiii", where: isTransfer),
        .init(
            "transfer, indexed", "1111100 s 0 zz l nnnn tttt 1 xxx iiiiiiii",
            where: { a, b in isTransfer(a, b) && ![0, 2, 6].contains(b >> 8 & 7) }),
        .init("transfer, unprivileged", "1111100 s 0 zz l nnnn tttt 1110 iiiiiiii", where: isTransfer),
        .init("transfer, register", "1111100 s 0 zz l nnnn tttt 000000 ii mmmm", where: isTransfer),
        .init("load literal", "1111100 s x zz 1 1111 tttt 0000 iiiiiiii", where: isTransfer),
        .init(
            "transfer dual", "1110100 p x 1 w l nnnn tttt uuuu iiiiiiii", where: { a, _ in a & 0x120 != 0 }),
        .init("exclusive", "111010000100 nnnn tttt dddd iiiiiiii"),
        .init("load exclusive", "111010000101 nnnn tttt 1111 iiiiiiii"),
        .init("narrow exclusive load", "111010001101 nnnn tttt 1111 010x 1111"),
        .init("narrow exclusive store", "111010001100 nnnn tttt 1111 010x dddd"),
        .init(
            "multiple", "1110100 pp 0 w l nnnn xx0xxxxxxxxxxxxx",
            where: { a, b in
                let isLoad = a & 16 != 0
                return [1, 2].contains(a >> 7 & 3) && b.nonzeroBitCount >= 2 && b >> 15 == 0
                    && (isLoad || b & 0x8000 == 0) && !(a & 0x20 != 0 && b >> (a & 15) & 1 != 0)
            }),
        .init("table branch", "111010001101 nnnn 11110000000 h mmmm"),
        .init("branch", "11110 xxxxxxxxxxx 10 x 1 xxxxxxxxxxxx"),
        .init("branch with link", "11110 xxxxxxxxxxx 11 x 1 xxxxxxxxxxxx"),
        .init(
            "conditional branch", "11110 x cccc xxxxxx 10 x 0 xxxxxxxxxxxx",
            where: { a, _ in a >> 6 & 15 < 14 }),
        .init("write flags", "111100111000 nnnn 1000 mm 00 00000000", where: { _, b in b & 0x800 != 0 }),
        .init("read flags", "1111001111101111 1000 dddd 00000000"),
    ]
    @Sendable private static func isTransfer(_ a: UInt32, _ b: UInt32) -> Bool {
        let size = a >> 5 & 3, isSigned = a & 0x100 != 0, isLoad = a & 0x10 != 0
        return size != 3 && !(isSigned && (size == 2 || !isLoad))
            && !(b & 0x800 != 0 && a & 0x80 == 0 && b & 0x100 != 0 && a & 15 == b >> 12)
    }
}
