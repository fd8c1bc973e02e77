// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A CRC of 16 bits by its parameters, as catalogues of CRCs list them.
struct CyclicCheck {
    let polynomial: UInt16
    let start: UInt16
    let isReflected: Bool

    static let ccitt = CyclicCheck(polynomial: 0x1021, start: 0xffff, isReflected: false)
    static let arc = CyclicCheck(polynomial: 0x8005, start: 0, isReflected: true)
    static let modbus = CyclicCheck(polynomial: 0x8005, start: 0xffff, isReflected: true)

    func value(of bytes: some Sequence<UInt8>) -> UInt16 {
        var state = start
        for byte in bytes {
            state ^= UInt16(isReflected ? Self.mirrored(byte) : byte) << 8
            for _ in 0..<8 { state = state & 0x8000 == 0 ? state << 1 : state << 1 ^ polynomial }
        }
        return isReflected ? Self.mirrored(state) : state
    }

    private static func mirrored<Number: FixedWidthInteger>(_ number: Number) -> Number {
        (0..<Number.bitWidth).reduce(0) { $0 << 1 | number >> $1 & 1 }
    }
}
