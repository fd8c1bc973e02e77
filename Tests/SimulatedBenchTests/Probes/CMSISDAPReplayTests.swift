// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@testable import SimulatedBench

/// A real CMSIS-DAP probe (ORBTrace mini, STM32F7) against ours, as pyOCD and IAR drove it.
///
/// Compared is each answer up to its own length; behind it real probes send whatever was in the buffer (this one sends
/// six bytes for some DAP_Info answers of three). Words of memory are given to the scripted target before they are
/// asked for; IDs, CSW, CTRL/STAT and every count and acknowledge come from our model. Program code that the files
/// leave out is sent as zeros.
@Suite struct `CMSIS-DAP replay` {
    @Test(arguments: [("cmsisdap-v2-pyocd-orbtrace", true), ("cmsisdap-v1-iar-orbtrace", false)])
    func `answers as the real one`(name: String, isBulk: Bool) throws {
        let traffic = try CapturedTraffic(name)
        #expect(traffic.exchanges.count >= 75)
        let target = ScriptedTarget.stm32f7
        let rig = try Rig(target: target) { VirtualCMSISDAP(.orbtrace(isBulk: isBulk), wire: $0) }

        var reader = TransferReader()
        for exchange in traffic.exchanges {
            let request = exchange.sent + filler(exchange)
            let expected = try #require(exchange.answers.first).known
            reader.prepare(target, request, expected)
            let answer = try rig.exchange(request)
            let count = reader.answerLength(request, answer)
            let padded = expected + [UInt8](repeating: 0, count: max(0, count - expected.count))
            #expect(Array(answer.prefix(count)) == Array(padded.prefix(count)), "line \(exchange.line)")
        }
    }

    /// Stands for the code in the omitted part: zeros, in the framing of the request it belongs to.
    private func filler(_ exchange: CapturedTraffic.Exchange) -> [UInt8] {
        guard exchange.omitted > 0 else { return [] }
        guard exchange.sent[0] == 0x05 else { return [UInt8](repeating: 0, count: exchange.omitted) }
        // The rest of one write, more writes, and where the answer has data a read of DHCSR.
        let readsHaltingControl = exchange.answers.first.map { $0.known.count > 3 } ?? false
        let tail: [UInt8] = readsHaltingControl ? [0x05, 0xF0, 0xED, 0x00, 0xE0, 0x0F] : []
        var bytes: [UInt8] = [0, 0, 0, 0]
        while bytes.count + tail.count < exchange.omitted { bytes += [0x0D, 0, 0, 0, 0] }
        return bytes + tail
    }
}

/// A second reading of DAP_Transfer, to know which memory words a request asks for.
private struct TransferReader {
    private var select: UInt32 = 0
    private var increments = false
    private var address: UInt32 = 0

    /// Puts the words of the expected answer where the request will read them.
    mutating func prepare(_ target: ScriptedTarget, _ request: [UInt8], _ expected: [UInt8]) {
        guard request[0] == 0x05 || request[0] == 0x06 else { return }
        var offset = request[0] == 0x05 ? 3 : 5
        var data = request[0] == 0x05 ? 3 : 4
        let count = request[0] == 0x05 ? Int(request[2]) : Int(request[2]) | Int(request[3]) << 8
        for _ in 0..<count {
            let item = request[0] == 0x05 ? byte(request, offset) : request[4]
            if request[0] == 0x05 { offset += 1 }
            if item & 2 != 0 {
                if item & 0xD == 0xD, select & 0xF0 == 0 {
                    target.memory[address] = word(expected, data)
                    if increments { address &+= 4 }
                }
                data += 4
            } else {
                note(item, word(request, offset))
                offset += 4
            }
        }
    }
    private mutating func note(_ item: UInt8, _ value: UInt32) {
        switch item & 0xD {
        case 0x8: select = value
        case 0x1 where select & 0xF0 == 0: increments = value & 0x30 == 0x10
        case 0x5 where select & 0xF0 == 0: address = value
        case 0xD where select & 0xF0 == 0: if increments { address &+= 4 }
        default: break
        }
    }

    /// Bytes of an answer that mean something.
    func answerLength(_ request: [UInt8], _ answer: [UInt8]) -> Int {
        switch request[0] {
        case 0x00: answer[0] == 0xFF ? 1 : 2 + Int(answer[1])
        case 0x05:
            3 + 4 * items(request).prefix(Int(answer[1])).count { $0 & 2 != 0 }
        case 0x06: 4 + (request[4] & 2 != 0 ? 4 * Int(answer[1]) : 0)
        default: 2
        }
    }
    private func items(_ request: [UInt8]) -> [UInt8] {
        var offset = 3
        return (0..<request[2]).map { _ in
            let item = byte(request, offset)
            offset += item & 2 != 0 ? 1 : 5
            return item
        }
    }
    private func byte(_ bytes: [UInt8], _ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }
    private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(byte(bytes, offset + $1)) }
    }
}

extension CMSISDAPPersonality {
    fileprivate static func orbtrace(isBulk: Bool) -> CMSISDAPPersonality {
        var personality = isBulk ? version2 : version1
        personality.protocolVersion = "2.1.0"
        personality.firmwareVersion = "v1.3.1-0-gd096575"
        (personality.packetSize, personality.packetCount) = (isBulk ? 508 : 64, 1)
        personality.capabilities = [0x03]
        personality.vendor = ""
        personality.serial = ""
        personality.unknownInfoIsInvalid = true
        personality.checksLastWrite = false
        return personality
    }
}

extension ScriptedTarget {
    /// The debug constants of an STM32F72x as the capture shows them.
    fileprivate static var stm32f7: ScriptedTarget {
        let target = ScriptedTarget()
        target.unmapped = 0
        target.debugPort = DebugPortIdentity(
            identification: 0x5BA0_2477, targetID: 0x1452_0041, instance: 0, dataLinkControl: 0x43,
            statusTiedHigh: 0x8800_0000, powerUpDelay: 0)
        target.accessPorts = [
            AccessPortIdentity(
                bus: .ahb, identification: 0x7477_0001, base: 0xE00F_D003, controlReset: 0x4380_0042,
                controlWritable: 0x7F00_0037, wrap: 0x400, isPackedCapable: true, hasSmallWidths: true)
        ]
        return target
    }
}
