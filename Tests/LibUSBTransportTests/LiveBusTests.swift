// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import LibUSBTransport
import Testing
import USBTransport

extension `A live bus` {
    @Suite struct `with an ST-LINK` {
        @Test func `enumeration tells what it is without opening it`() throws {
            let device = try LiveBus.probe().device
            #expect(device.manufacturer == "STMicroelectronics")
            #expect(device.serialUnits?.isEmpty == false)
            #expect(!device.location.ports.isEmpty)
        }

        @Test func `a read queued before its command gets the answer`() throws {
            let interface = try LiveBus.probe().claim()
            defer { interface.close() }
            for _ in 0..<100 { #expect(try interface.version().count == 6) }
        }

        @Test func `a silent endpoint times out at the limit, and the next command is answered`() throws {
            let interface = try LiveBus.probe().claim()
            defer { interface.close() }
            let time = MonotonicTime()
            let limit: Duration = .milliseconds(50)
            let started = time.now
            #expect(throws: USBError.timedOut(after: limit, transferred: 0)) {
                try interface.receive(64, from: interface.answerEndpoint, within: limit)
            }
            #expect(time.now - started >= limit)
            #expect(time.now - started < .seconds(2 * LiveBus.slowness))
            #expect(try interface.version().count == 6)
        }

        @Test func `a read taken back leaves nothing behind`() throws {
            let interface = try LiveBus.probe().claim()
            defer { interface.close() }
            let first = try interface.submitRead(64, from: interface.answerEndpoint, within: .seconds(5))
            let second = try interface.submitRead(64, from: interface.answerEndpoint, within: .seconds(5))
            interface.cancel(first)
            #expect(throws: USBError.cancelled) { try interface.complete(first) }
            interface.cancel(second)
            #expect(try interface.version().count == 6)
        }

        @Test func `closing with reads in flight takes them back`() throws {
            let probe = try LiveBus.probe()
            let interface = try probe.claim()
            for _ in 0..<8 {
                _ = try interface.submitRead(64, from: interface.answerEndpoint, within: .seconds(60))
            }
            interface.close()
            interface.close()
            #expect(throws: USBError.disconnected) { try interface.version() }
            let next = try probe.claim()
            defer { next.close() }
            #expect(try next.version().count == 6)
        }

        @Test func `endpoint 0 answers, and stalls what it does not know`() throws {
            let interface = try LiveBus.probe().claim()
            defer { interface.close() }
            let descriptor = try interface.control(
                requestType: 0x80, request: 6, value: 0x0100, index: 0, data: [], readCount: 18,
                within: .seconds(1))
            #expect(descriptor.count == 18)
            #expect(descriptor.first == 18)
            #expect(throws: USBError.stalled) {
                try interface.control(
                    requestType: 0xC0, request: 0x77, value: 0, index: 0, data: [], readCount: 8,
                    within: .seconds(1))
            }
            #expect(try interface.version().count == 6)
        }

        @Test func `a command and its data go out together`() throws {
            let interface = try LiveBus.probe().claim()
            defer { interface.close() }
            // Into a mode that takes commands, into SWD, and open access port 0.
            if try interface.exchange([0xF5], answer: 64).first == 0 { try interface.exchange([0xF3, 0x07]) }
            #expect(try interface.exchange([0xF2, 0x30, 0xA3], answer: 64) == [0x80, 0])
            #expect(try interface.exchange([0xF2, 0x4B, 0x00], answer: 64) == [0x80, 0])
            for round in 0..<50 {
                // The start of AXI SRAM.
                let place: [UInt8] = [0, 0, 0, 0x24, 0, 2]
                let data = (0..<512).map { UInt8(truncatingIfNeeded: $0 * 7 + round * 31) }
                try interface.exchange([0xF2, 0x08] + place, data: data)
                #expect(try interface.exchange([0xF2, 0x3E], answer: 64).prefix(1) == [0x80])
                #expect(try interface.exchange([0xF2, 0x07] + place, answer: 512) == data)
            }
            try interface.exchange([0xF2, 0x21])
        }

        @Test func `an answer nobody read waits for the next one to claim the probe`() throws {
            let probe = try LiveBus.probe()
            let first = try probe.claim()
            try first.exchange([0xF1])
            first.close()
            let second = try probe.claim()
            defer { second.close() }
            #expect(try second.receive(64, from: second.answerEndpoint, within: .seconds(1)).count == 6)
            #expect(throws: USBError.timedOut(after: .milliseconds(50), transferred: 0)) {
                try second.receive(64, from: second.answerEndpoint, within: .milliseconds(50))
            }
        }

        @Test func `endpoints and interfaces it does not have are refused`() throws {
            let probe = try LiveBus.probe()
            #expect(throws: USBError.noSuchInterface(number: 200)) {
                try probe.bus.claim(interface: 200, of: probe.device)
            }
            let interface = try probe.claim()
            defer { interface.close() }
            #expect(throws: USBError.noSuchEndpoint(address: 0x8F)) {
                try interface.submitRead(1, from: 0x8F, within: .seconds(1))
            }
            #expect(throws: USBError.noSuchEndpoint(address: interface.answerEndpoint)) {
                try interface.submit([1], to: interface.answerEndpoint, within: .seconds(1))
            }
            #expect(throws: USBError.overflow(expected: 1 << 20)) {
                try interface.submitRead(.max, from: interface.answerEndpoint, within: .seconds(1))
            }
        }

        @Test func `a second claim is refused and told who has it`() throws {
            let probe = try LiveBus.probe()
            let interface = try probe.claim()
            defer { interface.close() }
            let other = try LibUSBBus()
            let error = #expect(throws: USBError.self) { try other.claim(interface: 0, of: probe.device) }
            guard case .busy(let device, let holder) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(device.hasPrefix("/dev/bus/usb/"))
            #expect(holder == "another job of this program")
        }

        @Test func `a reset and cleared halts leave the claim usable`() throws {
            let interface = try LiveBus.probe().claim()
            defer { interface.close() }
            try interface.resetDevice()
            try interface.clearHalt(interface.commandEndpoint)
            try interface.clearHalt(interface.answerEndpoint)
            #expect(try interface.version().count == 6)
        }

        @Test func `a thousand claims leave neither handles nor threads behind`() throws {
            let probe = try LiveBus.probe()
            func once() throws {
                let interface = try probe.claim()
                defer { interface.close() }
                _ = try interface.submitRead(64, from: interface.answerEndpoint, within: .seconds(5))
            }
            try once()
            let (handles, threads) = (try LiveBus.count("fd"), try LiveBus.count("task"))
            for _ in 0..<1000 { try once() }
            #expect(try LiveBus.count("fd") == handles)
            #expect(try LiveBus.count("task") <= threads)
        }

        @Test func `a hundred sessions leave neither handles nor threads behind`() throws {
            func once() throws {
                let probe = try LiveBus.probe()
                let watch = try #require(try probe.bus.watch())
                #expect(try watch.next(within: .zero) == nil)
                try probe.claim().close()
            }
            try once()
            let (handles, threads) = (try LiveBus.count("fd"), try LiveBus.count("task"))
            for _ in 0..<100 { try once() }
            #expect(try LiveBus.count("fd") == handles)
            #expect(try LiveBus.count("task") <= threads)
        }
    }
}
