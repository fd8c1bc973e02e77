// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Synchronization
import Testing
import USBTestKit
import USBTransport
import Workbench

@Suite struct `What is plugged in` {
    private let first = USBDeviceDescription.stlinkV3(port: 1)
    private let second = USBDeviceDescription.stlinkV3(port: 2)

    @Test func `is told at once when a probe comes or goes, and not looked at otherwise`() async throws {
        let bus = PlugBus()
        bus.plug(first)
        let watch = ProbeWatch { () throws(USBError) in bus }
        #expect(try await watch.probes(within: .seconds(1)).map(\.path) == ["3-1.1"])
        for _ in 0..<5 { _ = try await watch.probes(within: .seconds(1)) }
        #expect(bus.looks == 1)
        bus.plug(second)
        #expect(try await watch.probes(within: .seconds(1)).map(\.path) == ["3-1.1", "3-1.2"])
        bus.unplug(first)
        #expect(try await watch.probes(within: .seconds(1)).map(\.path) == ["3-1.2"])
        #expect(bus.looks == 3)
    }

    @Test func `is looked at once for all that came together`() async throws {
        let bus = PlugBus()
        let watch = ProbeWatch { () throws(USBError) in bus }
        #expect(try await watch.probes(within: .seconds(1)).isEmpty)
        for port in 1...7 { bus.plug(.stlinkV3(port: UInt8(port))) }
        #expect(try await watch.probes(within: .seconds(1)).count == 7)
        _ = try await watch.probes(within: .seconds(1))
        #expect(bus.looks == 2)
    }

    @Test func `is looked at now and then, should an event be lost`() async throws {
        let bus = PlugBus()
        bus.plug(first)
        let watch = ProbeWatch { () throws(USBError) in bus }
        _ = try await watch.probes(within: .seconds(1))
        bus.unplug(first, isTold: false)
        for _ in 1..<30 { #expect(try await watch.probes(within: .seconds(1)).count == 1) }
        #expect(try await watch.probes(within: .seconds(1)).isEmpty)
    }

    @Test(arguments: [PlugBus(tells: false), PlugBus(isComplete: false)])
    func `is looked at each time where the bus does not tell everything`(_ bus: PlugBus) async throws {
        let watch = ProbeWatch { () throws(USBError) in bus }
        #expect(try await watch.probes(within: .zero).isEmpty)
        bus.plug(first)
        #expect(try await watch.probes(within: .zero).count == 1)
        bus.unplug(first, isTold: false)
        #expect(try await watch.probes(within: .zero).isEmpty)
    }

    @Test func `is looked at anew after a failure`() async throws {
        let bus = PlugBus()
        bus.plug(first)
        let openings = Counter()
        let watch = ProbeWatch { () throws(USBError) in
            if openings.next() == 2 { throw .noUSB(detail: "no /dev/bus/usb") }
            return bus
        }
        #expect(try await watch.probes(within: .seconds(1)).count == 1)
        bus.fail(.system(operation: "libusb_handle_events", detail: "LIBUSB_ERROR_OTHER"))
        await #expect(throws: WorkbenchError.self) { try await watch.probes(within: .seconds(1)) }
        await #expect(throws: WorkbenchError.self) { try await watch.probes(within: .seconds(1)) }
        #expect(try await watch.probes(within: .seconds(1)).count == 1)
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            count.withLock {
                $0 += 1
                return $0
            }
        }
    }
}
