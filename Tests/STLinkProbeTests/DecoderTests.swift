// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit

@testable import STLinkProbe

@Suite struct `ST-LINK decoders stand hostile bytes` {
    private func violations<Command: STLinkCommand>(_ command: Command, needing needed: Int? = nil)
        -> [String]
    {
        let sample = [UInt8](repeating: 1, count: command.answerSize)
        return DecoderVerifier(sample, needing: needed).violations { answer in
            var reader = ByteReader(answer.span)
            _ = try command.decode(&reader)
        }
    }

    @Test(arguments: STLinkProduct.all) func `the version answer`(product: STLinkProduct) {
        #expect(violations(GetVersion(product: product)) == [])
    }
    @Test func `extended version`() { #expect(violations(GetVersionExtended()) == []) }
    @Test func `the mode answer`() { #expect(violations(GetCurrentMode()) == []) }
    @Test func `the voltage answer`() { #expect(violations(GetTargetVoltage()) == []) }
    @Test func `clock list`() { #expect(violations(GetClocks()) == []) }
    @Test func `the clock answer`() { #expect(violations(SetClock(clock: .megahertz(1))) == []) }
    @Test func `the register answer`() { #expect(violations(ReadDebugRegister(.debugPort(0))) == []) }
    @Test func `the word answer`() { #expect(violations(ReadWord(address: 0)) == []) }
    @Test func `memory status`() { #expect(violations(GetLastMemoryStatus()) == []) }
    @Test(arguments: [1, 2, 64, 512] as [UInt16]) func `the memory answer`(count: UInt16) {
        #expect(violations(ReadMemory(block: MemoryBlock(address: 0, count: count, width: .byte))) == [])
    }
    // These answers are nothing but a status, which the channel reads.
    @Test func `commands that only report`() {
        #expect(violations(EnterSWD(), needing: 0) == [])
        #expect(violations(DriveReset(asserted: true), needing: 0) == [])
        #expect(violations(SetClockDivisor(divisor: 1), needing: 0) == [])
        #expect(violations(WriteDebugRegister(.debugPort(0), 1), needing: 0) == [])
        #expect(violations(OpenAccessPort(index: 0), needing: 0) == [])
        #expect(violations(CloseAccessPort(index: 0), needing: 0) == [])
    }
}
