// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit

@testable import STLinkProbe

/// Golden bytes: commands and answers of a real V2J16 where a capture has them, else of the published
/// protocol.
@Suite struct `ST-LINK command bytes` {
    private func block(_ command: some STLinkCommand) -> [UInt8] { CommandBlock(command).bytes }

    private func decode<Command: STLinkCommand>(_ command: Command, _ answer: String) throws
        -> Command.Response
    {
        let answer = bytes(answer)
        var reader = ByteReader(answer.span)
        return try command.decode(&reader)
    }

    private func product(_ id: UInt16) throws -> STLinkProduct {
        try #require(STLinkProduct.all.first { $0.productID == id })
    }

    @Test func `every command is 16 bytes`() throws {
        #expect(try block(GetVersion(product: product(0x3748))) == bytes("f1", paddedTo: 16))
        #expect(block(GetVersionExtended()) == bytes("fb", paddedTo: 16))
        #expect(block(GetCurrentMode()) == bytes("f5", paddedTo: 16))
        #expect(block(GetTargetVoltage()) == bytes("f7", paddedTo: 16))
        #expect(block(EnterSWD()) == bytes("f2 30 a3", paddedTo: 16))
        #expect(block(DriveReset(asserted: true)) == bytes("f2 3c 00", paddedTo: 16))
        #expect(block(DriveReset(asserted: false)) == bytes("f2 3c 01", paddedTo: 16))
        #expect(block(SetClockDivisor(divisor: 265)) == bytes("f2 43 09 01", paddedTo: 16))
        #expect(block(GetClocks()) == bytes("f2 62 00", paddedTo: 16))
        #expect(block(SetClock(clock: .megahertz(8))) == bytes("f2 61 00 00 40 1f 00 00", paddedTo: 16))
        #expect(block(OpenAccessPort(index: 3)) == bytes("f2 4b 03", paddedTo: 16))
        #expect(block(CloseAccessPort(index: 3)) == bytes("f2 4c 03", paddedTo: 16))
        #expect(block(GetLastMemoryStatus()) == bytes("f2 3e", paddedTo: 16))
    }

    @Test func `each mode has its own way out, and two need none`() throws {
        #expect(block(try #require(ExitMode(.dfu))) == bytes("f3 07", paddedTo: 16))
        #expect(block(try #require(ExitMode(.debug))) == bytes("f2 21", paddedTo: 16))
        #expect(block(try #require(ExitMode(.swim))) == bytes("f4 01", paddedTo: 16))
        #expect(ExitMode(.massStorage) == nil)
        #expect(ExitMode(.bootloader) == nil)
    }

    @Test func `registers are named by port and offset, banks above the offset`() {
        // The first as probe-rs issue #1061 shows it.
        #expect(block(ReadDebugRegister(.accessPort(0, 0xfc))) == bytes("f2 45 00 00 fc 00", paddedTo: 16))
        #expect(block(ReadDebugRegister(.debugPort(0x0))) == bytes("f2 45 ff ff 00 00", paddedTo: 16))
        #expect(
            block(ReadDebugRegister(.debugPort(0x4, bank: 2))) == bytes("f2 45 ff ff 24 00", paddedTo: 16))
        #expect(
            block(WriteDebugRegister(.debugPort(0x4), 0x5000_0000))
                == bytes("f2 46 ff ff 04 00 00 00 00 50", paddedTo: 16))
        #expect(
            block(WriteDebugRegister(.accessPort(3, 0x04), 0xe000_edf0))
                == bytes("f2 46 03 00 04 00 f0 ed 00 e0", paddedTo: 16))
    }

    @Test func `memory commands carry address, length, access port and the upper CSW`() {
        let plain = MemoryBlock(address: 0xe000_ed00, count: 4, width: .word)
        #expect(block(ReadMemory(block: plain)) == bytes("f2 07 00 ed 00 e0 04 00", paddedTo: 16))
        // Request of a V3J16M6 session in a forum report: AP 1, CSW 0x350000xx.
        let other = MemoryBlock(
            address: 0x3400_fffc, count: 0x35cc, width: .word, accessPort: 1, csw: 0x2300_0052)
        #expect(block(ReadMemory(block: other)) == bytes("f2 07 fc ff 00 34 cc 35 01 00 00 23", paddedTo: 16))
        let byte = MemoryBlock(address: 0x2000_0001, count: 3, width: .byte)
        #expect(block(ReadMemory(block: byte)) == bytes("f2 0c 01 00 00 20 03 00", paddedTo: 16))
        #expect(
            block(WriteMemory(block: byte, payload: [1, 2, 3]))
                == bytes("f2 0d 01 00 00 20 03 00", paddedTo: 16))
        let half = MemoryBlock(address: 0x2000_0002, count: 2, width: .halfword)
        #expect(block(ReadMemory(block: half)) == bytes("f2 47 02 00 00 20 02 00", paddedTo: 16))
        #expect(
            block(WriteMemory(block: half, payload: [1, 2])) == bytes("f2 48 02 00 00 20 02 00", paddedTo: 16)
        )
        let watchdog = MemoryBlock(address: 0x4000_3000, count: 4, width: .word)
        #expect(
            block(WriteMemory(block: watchdog, payload: bytes("aa aa 00 00")))
                == bytes("f2 08 00 30 00 40 04 00", paddedTo: 16))
    }

    @Test func `words have commands of their own`() {
        #expect(block(ReadWord(address: 0xe000_edf0)) == bytes("f2 36 f0 ed 00 e0", paddedTo: 16))
        #expect(
            block(WriteWord(address: 0xe000_ed0c, bytes: bytes("04 00 fa 05")))
                == bytes("f2 35 0c ed 00 e0 04 00 fa 05", paddedTo: 16))
    }

    @Test func `versions read as ST prints them`() throws {
        #expect("\(try decode(GetVersion(product: product(0x3748)), "24 00 83 04 48 37"))" == "V2J16")
        #expect("\(try decode(GetVersion(product: product(0x3748)), "27 07 83 04 48 37"))" == "V2J28S7")
        #expect("\(try decode(GetVersion(product: product(0x374b)), "29 5a 83 04 4b 37"))" == "V2J37M26")
        #expect("\(try decode(GetVersionExtended(), "03 00 09 03 00 00 00 00 83 04 4e 37"))" == "V3J9M3")
        #expect(
            "\(try decode(GetVersionExtended(), "03 01 10 0a 05 02 00 00 83 04 4e 37"))" == "V3J16S1M10B5P2")
    }

    @Test func `a V2-1 built as SWIM programmer has no JTAG part`() throws {
        let version = try decode(GetVersion(product: product(0x374b)), "26 87 83 04 4b 37")
        #expect(version.jtag == 0)
        #expect(version.massStorage == 26)
        #expect(try decode(GetVersion(product: product(0x3748)), "26 87 83 04 48 37").jtag == 26)
    }

    @Test func `voltage is twice the ratio to the 1.2 V reference`() throws {
        #expect(try #require(try decode(GetTargetVoltage(), "9b 06 00 00 02 08 00 00")).isClose(to: 2.9095))
        // The example of OpenOCD's manual.
        #expect(try #require(try decode(GetTargetVoltage(), "f1 05 00 00 0b 08 00 00")).isClose(to: 3.2489))
        #expect(try decode(GetTargetVoltage(), "00 00 00 00 0b 08 00 00") == nil)
    }

    @Test func `register values sit behind status and stale bytes`() throws {
        #expect(try decode(ReadDebugRegister(.debugPort(0)), "80 00 18 10 03 00 03 00") == 0x0003_0003)
    }

    @Test func `the mode is in byte 0`() throws {
        #expect(try decode(GetCurrentMode(), "00 01") == .dfu)
        #expect(try decode(GetCurrentMode(), "02 00") == .debug)
        #expect(try decode(GetCurrentMode(), "09 00") == nil)
    }

    @Test func `memory status has the fault address`() throws {
        let answer = try decode(GetLastMemoryStatus(), "11 00 00 00 04 00 00 90 00 00 00 00")
        #expect(answer.status.acknowledge == .fault)
        #expect(answer.faultAddress == 0x9000_0004)
    }

    @Test func `the clock list stops at its count and at its end`() throws {
        let clocks = try decode(GetClocks(), STLinkFixture.clocksV3)
        #expect(
            clocks.offered.map(\.rawValue) == [
                24_000_000, 8_000_000, 3_300_000, 1_000_000, 200_000, 50_000, 5_000,
            ])
        let greedy = "80 00 00 00 00 00 00 00 ff ff ff ff" + String(repeating: " ff ff ff ff", count: 10)
        #expect(try decode(GetClocks(), greedy).offered == [Hertz](repeating: Hertz(.max), count: 10))
    }

    @Test func `a single byte comes with one too many`() throws {
        let one = ReadMemory(block: MemoryBlock(address: 1, count: 1, width: .byte))
        #expect(one.answerSize == 2)
        #expect(try decode(one, "5a 77") == [0x5a])
        let two = ReadMemory(block: MemoryBlock(address: 1, count: 2, width: .byte))
        #expect(try decode(two, "5a 77") == [0x5a, 0x77])
    }
}

extension Double {
    fileprivate func isClose(to other: Double) -> Bool { (self - other).magnitude < 0.0005 }
}
