// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing
import USBTransport

@testable import LibUSBTransport

extension `A live bus` {
    @Suite struct `with a CMSIS-DAP probe` {
        /// DAP_Info: capabilities, packet count, packet size.
        private static let questions: [UInt8] = [0xF0, 0xFE, 0xFF]

        @Test(.enabled("no CMSIS-DAP version 2 here") { try LiveBus.bulkProbe() != nil })
        func `several requests in flight are answered in their order`() throws {
            let interface = try #require(try LiveBus.bulkProbe()).claim()
            defer { interface.close() }
            func alone(_ question: UInt8) throws -> [UInt8] {
                try interface.send([0, question], to: interface.commandEndpoint, within: .seconds(1))
                return try interface.receive(512, from: interface.answerEndpoint, within: .seconds(1))
            }
            let answers = try Self.questions.map(alone)
            #expect(Set(answers).count == 3)
            for _ in 0..<20 {
                let reads = try answers.map { _ in
                    try interface.submitRead(512, from: interface.answerEndpoint, within: .seconds(1))
                }
                let requests = try Self.questions.map {
                    try interface.submit([0, $0], to: interface.commandEndpoint, within: .seconds(1))
                }
                // Waited for in another order than they end in.
                for (read, answer) in zip(reads, answers).reversed() {
                    #expect(try interface.complete(read) == answer)
                }
                for request in requests { _ = try interface.complete(request) }
            }
        }

        @Test(.enabled("no CMSIS-DAP version 1 here") { try LiveBus.humanInterfaceProbe() != nil })
        func `the kernel's driver gives the interface away, and gets it back`() throws {
            let probe = try #require(try LiveBus.humanInterfaceProbe())
            let known = SysfsDevice(at: probe.device.location)
            var driver: String? { known.driver(ofInterface: probe.interface, configuration: 1) }
            try #require(driver == "usbhid")
            for _ in 0..<5 {
                let interface = try probe.claim()
                #expect(driver == "usbfs")
                let report = [0, 0xFE] + [UInt8](repeating: 0, count: 62)
                try interface.send(report, to: interface.commandEndpoint, within: .seconds(1))
                let answer = try interface.receive(64, from: interface.answerEndpoint, within: .seconds(1))
                #expect(answer.count == 64)
                #expect(answer.prefix(2) == [0, 1])
                interface.close()
                #expect(driver == "usbhid")
            }
        }
    }
}
