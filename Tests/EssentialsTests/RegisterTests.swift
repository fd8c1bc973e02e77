// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

private enum Sample: Register {
    static let name = "SAMPLE"
    static let fields = Fields()
    struct Fields: Sendable {
        let enable = Field<Bool, ReadWrite>(0)
        let level = Field<UInt8, ReadWrite>(8...12)
        let ready = Field<Bool, ReadOnly>(31)
    }
}

@Suite struct `Register values` {
    @Test func `fields land on their bits and leave the others alone`() {
        var value = RegisterValue<Sample>(rawValue: 0xFFFF_E0FE)
        value.enable = true
        value.level = 0b10101
        #expect(value.rawValue == 0xFFFF_F5FF)
        #expect(value.ready)
        #expect(value.level == 0b10101)
    }

    @Test func `the description names what is set`() {
        #expect(
            RegisterValue<Sample>(rawValue: 0x8000_0300).description
                == "SAMPLE=0x80000300 {level: 3, ready: 1}")
    }
}
