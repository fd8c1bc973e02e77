// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing
import Workbench

@Suite struct `What --probe means` {
    @Test(
        arguments: [
            (nil, .only), ("", .only), ("sim:stlink-v3,seed=7", .simulated("stlink-v3,seed=7")),
            ("sim:", .simulated("")), ("0483:374e", .ids(vendor: 0x0483, product: 0x374E)),
            ("3-1.4", .path("3-1.4")), ("1-2", .path("1-2")), ("3-1.", .serial("3-1.")),
            ("0483:374", .serial("0483:374")), ("0483:374eg", .serial("0483:374eg")),
            ("SIM:stlink-v3", .serial("SIM:stlink-v3")), ("066CFF30", .serial("066CFF30")),
            ("9999-1", .serial("9999-1")),
        ] as [(String?, ProbeSelector)])
    func `is the first that the text can be`(text: String?, selector: ProbeSelector) {
        #expect(ProbeSelector(parsing: text) == selector)
    }

    @Test func `is told in its own words`() {
        #expect(ProbeSelector(parsing: "0483:374e").description == "0483:374e")
        #expect(ProbeSelector(parsing: "3-1.4").description == "bus path 3-1.4")
        #expect(ProbeSelector(parsing: nil).description == "any probe")
    }
}
