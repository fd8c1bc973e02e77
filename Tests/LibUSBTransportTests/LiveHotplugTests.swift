// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import LibUSBTransport
import Testing
import USBTransport

extension `A live bus` {
    @Suite(.enabled(if: LiveBus.isControlled)) struct `that a probe leaves` {
        private let time = MonotonicTime()

        /// Pulls the plug of the ST-LINK and puts it back.
        private func replug(_ watch: any USBWatch) throws -> USBDeviceDescription {
            try LiveBus.control("unplug", "1")
            try LiveBus.control("plug", "1")
            return try arrival(watch)
        }
        /// The next arrival; departures before it are passed over.
        private func arrival(_ watch: any USBWatch) throws -> USBDeviceDescription {
            while true {
                let event = try #require(try watch.next(within: .seconds(10 * LiveBus.slowness)))
                if case .arrived(let device) = event { return device }
            }
        }

        @Test func `is told by the watch, and so is its return`() throws {
            let probe = try LiveBus.probe()
            let watch = try #require(try probe.bus.watch())
            #expect(try watch.next(within: .milliseconds(100)) == nil)
            try LiveBus.control("unplug", "1")
            #expect(try watch.next(within: .seconds(10 * LiveBus.slowness)) == .left(probe.device.location))
            #expect(try probe.bus.devices().contains(probe.device) == false)
            try LiveBus.control("plug", "1")
            let device = try arrival(watch)
            #expect(device.serialUnits == probe.device.serialUnits)
            #expect(device.interfaces == probe.device.interfaces)
            #expect(device.location.bus == probe.device.location.bus)
            #expect(device.location.ports == probe.device.location.ports)
            #expect(device.location.address != probe.device.location.address)
            #expect(try probe.bus.devices().contains(device))
            let interface = try probe.bus.claim(interface: 0, of: device)
            defer { interface.close() }
            #expect(try interface.version().count == 6)
            #expect(try watch.next(within: .milliseconds(100)) == nil)
        }

        @Test func `ends what is in flight, and nothing works on the claim any more`() throws {
            let probe = try LiveBus.probe()
            let watch = try #require(try probe.bus.watch())
            let interface = try probe.claim()
            let reads = try (0..<4).map { _ in
                try interface.submitRead(64, from: interface.answerEndpoint, within: .seconds(60))
            }
            try LiveBus.control("unplug", "1")
            let started = time.now
            for read in reads { #expect(throws: USBError.disconnected) { try interface.complete(read) } }
            #expect(throws: USBError.disconnected) { try interface.version() }
            #expect(throws: USBError.disconnected) { try interface.clearHalt(interface.answerEndpoint) }
            #expect(throws: USBError.disconnected) { try interface.resetDevice() }
            #expect(throws: USBError.disconnected) {
                try interface.control(
                    requestType: 0x80, request: 6, value: 0x0100, index: 0, data: [], readCount: 18,
                    within: .seconds(1))
            }
            #expect(time.now - started < .seconds(2 * LiveBus.slowness))
            #expect(throws: USBError.disconnected) { try probe.claim() }
            interface.close()
            try LiveBus.control("plug", "1")
            let next = try probe.bus.claim(interface: 0, of: arrival(watch))
            defer { next.close() }
            #expect(try next.version().count == 6)
        }

        @Test func `and comes back under another address before anybody noticed is claimed anew by a reset`()
            throws
        {
            let probe = try LiveBus.probe()
            let interface = try probe.claim()
            defer { interface.close() }
            let watch = try #require(try LibUSBBus().watch())
            let device = try replug(watch)
            try interface.resetDevice()
            #expect(interface.device == device)
            #expect(try interface.version().count == 6)
        }

        @Test func `ten times leaves neither handles nor threads behind`() throws {
            func once() throws {
                let probe = try LiveBus.probe()
                let watch = try #require(try probe.bus.watch())
                let interface = try probe.claim()
                _ = try interface.submitRead(64, from: interface.answerEndpoint, within: .seconds(60))
                let device = try replug(watch)
                interface.close()
                let next = try probe.bus.claim(interface: 0, of: device)
                #expect(try next.version().count == 6)
                next.close()
            }
            try once()
            let (handles, threads) = (try LiveBus.count("fd"), try LiveBus.count("task"))
            for _ in 0..<10 { try once() }
            #expect(try LiveBus.count("fd") == handles)
            // One left behind each time would be ten; the runtime's own pool grows by a few on a loaded machine.
            #expect(try LiveBus.count("task") < threads + 10)
        }
    }
}
