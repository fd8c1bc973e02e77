// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing

@testable import STLinkProbe

@Suite struct `ST-LINK firmware differences` {
    private func v2(_ jtag: Int) -> STLinkVersion { STLinkVersion(hardware: 2, jtag: jtag) }
    private func v3(_ jtag: Int) -> STLinkVersion { STLinkVersion(hardware: 3, jtag: jtag) }

    @Test func `a feature begins with the firmware that brought it`() {
        #expect(!v2(27).has(.accessPortSelection))
        #expect(v2(28).has(.accessPortSelection))
        #expect(!v2(31).has(.memoryAccessControl))
        #expect(v2(32).has(.memoryAccessControl))
        #expect(!v3(1).has(.memoryAccessControl))
        #expect(v3(2).has(.memoryAccessControl))
        #expect(!v3(5).has(.largeByteBlocks))
        #expect(v3(6).has(.largeByteBlocks))
        #expect(!v2(60).has(.largeByteBlocks))
        #expect(!v3(9).has(.clockDivisor))
        #expect(!v2(45).has(.clockList))
    }

    @Test func `current firmware has no limitations worth telling`() {
        #expect(v2(45).limitations == [])
        #expect(v3(16).limitations == [])
    }

    @Test func `old firmware says what it costs and what cures it`() {
        #expect(
            v2(27).limitations.first?.hasPrefix("no access port selection before V2J28: only the Cortex-M7")
                == true)
        #expect(v2(31).limitations.count == 2)
        #expect(
            v3(9).limitations == [
                "no handling of a busy target at full speed before V3J10: "
                    + "SWD clocks above 8 MHz are not used, since a busy target would make transfers fail"
            ])
        #expect(v2(12).limitations.count == 7)
    }

    @Test func `divisors give the fastest clock not above the one asked for`() {
        #expect(STLinkClock.best(for: .megahertz(24)).divisor == 0)
        #expect(STLinkClock.best(for: .megahertz(4)).divisor == 0)
        #expect(STLinkClock.best(for: .kilohertz(3_999)).divisor == 1)
        #expect(STLinkClock.best(for: .kilohertz(100)).divisor == 40)
        #expect(STLinkClock.best(for: Hertz(1)).divisor == 798)
        #expect(STLinkClock.all.map(\.clock) == STLinkClock.all.map(\.clock).sorted(by: >))
    }

    @Test func `every status has one meaning, and WAIT, FAULT and silence are told apart`() {
        let answers: [(UInt8, FailedAcknowledge?)] = [
            (0x10, .wait), (0x14, .wait), (0x11, .fault), (0x15, .fault), (0x19, .fault), (0x81, .fault),
            (0x05, FailedAcknowledge.none), (0x12, FailedAcknowledge.none), (0x16, FailedAcknowledge.none),
            (0x13, .protocolError), (0x17, .protocolError), (0x1d, nil), (0x0b, nil), (0x42, nil),
            (0xee, nil),
        ]
        for (code, answer) in answers {
            #expect(STLinkStatus(rawValue: code).acknowledge == answer, "\(code.hex)")
        }
        let successes = (UInt8.min...UInt8.max).filter { STLinkStatus(rawValue: $0).isSuccess }
        #expect(successes == [0x0d, 0x80])
        #expect(STLinkStatus(rawValue: 0x1d).meaning.contains("access port"))
        #expect(STLinkStatus(rawValue: 0xee).meaning == "a status without a known meaning")
    }
}
