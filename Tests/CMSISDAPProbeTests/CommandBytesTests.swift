// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit

@testable import CMSISDAPProbe

/// Golden bytes: real pyOCD and IAR traffic with an ORBTrace where a capture has them, else the
/// specification.
@Suite struct `CMSIS-DAP command bytes` {
    @Test func `every request as captured or specified`() {
        #expect(DAPInfo(item: .packetSize).request == bytes("00 ff"))
        #expect(DAPInfo(item: .productFirmware).request == bytes("00 09"))
        #expect(DAPHostStatus(lamp: .connected, isOn: true).request == bytes("01 00 01"))
        #expect(DAPHostStatus(lamp: .running, isOn: false).request == bytes("01 01 00"))
        #expect(DAPConnect().request == bytes("02 01"))
        #expect(DAPDisconnect().request == bytes("03"))
        #expect(DAPTransferConfigure(idleCycles: 2, waitRetries: 80).request == bytes("04 02 50 00 00 00"))
        #expect(DAPWriteAbort(value: 0x1e).request == bytes("08 00 1e 00 00 00"))
        #expect(
            DAPSWJPins(output: 0, select: 0x80, wait: .milliseconds(100)).request
                == bytes("10 00 80 a0 86 01 00"))
        #expect(DAPSWJClock(clock: .megahertz(25)).request == bytes("11 40 78 7d 01"))
        #expect(DAPSWJSequence.lineReset.request == bytes("12 33 ff ff ff ff ff ff ff"))
        #expect(DAPSWJSequence.jtagToSerialWire.request == bytes("12 10 9e e7"))
        #expect(DAPSWJSequence.idle.request == bytes("12 08 00"))
        #expect(DAPSWDConfigure().request == bytes("13 00"))
        #expect(DAPTransferAbort.request == bytes("07"))
    }

    @Test func `transfers as pyOCD sends them`() {
        func dp(_ address: UInt8, _ value: UInt32?) -> QueuedTransfer {
            QueuedTransfer(
                request: TransferRequest(accessPort: false, read: value == nil, address: address),
                value: value, operation: 0)
        }
        let powerUp = DAPTransfer(transfers: [dp(0, 0x1e), dp(8, 0), dp(4, 0x5000_0f00), dp(4, nil)])
        #expect(powerUp.request == bytes("05 00 04 00 1e 00 00 00 08 00 00 00 00 04 00 0f 00 50 06"))
        let identification = DAPTransferBlock(
            request: TransferRequest(accessPort: true, read: true, address: 0xfc), count: 1)
        #expect(identification.request == bytes("06 00 01 00 0f"))
        let write = DAPTransferBlock(
            request: TransferRequest(accessPort: true, read: false, address: 0xc), count: 2,
            values: [0x1234_5678, 1])
        #expect(write.request == bytes("06 00 02 00 0d 78 56 34 12 01 00 00 00"))
    }

    @Test func `information answers of real probes`() throws {
        // Padding behind the meaningful bytes is ORBTrace's own.
        #expect(
            DAPInfo.number(try DAPInfo(item: .packetCount).decode(response: bytes("00 01 01 00 00 00"))) == 1)
        #expect(
            DAPInfo.number(try DAPInfo(item: .packetSize).decode(response: bytes("00 02 fc 01 2e 33"))) == 508
        )
        #expect(DAPInfo.number(try DAPInfo(item: .capabilities).decode(response: bytes("00 01 03"))) == 3)
        #expect(DAPInfo.number(try DAPInfo(item: .packetSize).decode(response: bytes("00 00"))) == nil)
        let version = try DAPInfo(item: .protocolVersion).decode(response: bytes("00 06 32 2e 31 2e 30 00"))
        #expect(DAPInfo.text(version) == "2.1.0")
        #expect(DAPInfo.text(try DAPInfo(item: .serialNumber).decode(response: bytes("00 00"))) == nil)
    }

    @Test func `transfer answers`() throws {
        let read = QueuedTransfer(
            request: TransferRequest(accessPort: false, read: true, address: 0), value: nil, operation: 0)
        let answer = try DAPTransfer(transfers: [read]).decode(response: bytes("05 01 01 77 24 a0 5b"))
        #expect(answer == TransferAnswer(completed: 1, acknowledge: 1, words: [0x5ba0_2477]))
        // Illegal acknowledge, yapicoprobe issue 48.
        let block = DAPTransferBlock(request: read.request, count: 1)
        #expect(try block.decode(response: bytes("06 00 00 05")).failure == .protocolError)
    }

    @Test func `what an acknowledge byte means`() {
        func failure(_ raw: UInt8) -> FailedAcknowledge? {
            TransferAnswer(completed: 0, acknowledge: raw, words: []).failure
        }
        #expect(failure(0x01) == nil)
        #expect(failure(0x02) == .wait)
        #expect(failure(0x04) == .fault)
        #expect(failure(0x07) == FailedAcknowledge.none)
        // Parity, as the reference firmware says it, with and without OK.
        #expect(failure(0x08) == .protocolError)
        #expect(failure(0x09) == .protocolError)
        // ORBTrace's FAULT.
        #expect(failure(0x0c) == .fault)
        #expect(failure(0x11) == .protocolError)
        for raw: UInt8 in [0x00, 0x03, 0x05, 0x06] { #expect(failure(raw) == .protocolError) }
    }

    @Test func `versions and what passes for one`() {
        #expect(CMSISDAPVersion("2.1.0")?.description == "2.1.0")
        #expect(CMSISDAPVersion("1.10")?.description == "1.1.0")
        #expect(CMSISDAPVersion("1.2")?.description == "1.2.0")
        #expect(CMSISDAPVersion("0254") == nil)
        #expect(CMSISDAPVersion("") == nil)
        #expect(CMSISDAPVersion("a.b.c") == nil)
        #expect(
            ["1.2.0", "1.3.0", "2.0.0", "2.1.0", "3.0.0"].map { CMSISDAPVersion($0)?.hasProductFirmware } == [
                false, true, false, true, true,
            ])
    }
}
