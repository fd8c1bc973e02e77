// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Synchronization
package import USBTransport

/// A bus of which only the plugs matter: devices come and go as a test says, and nothing can be claimed.
package final class PlugBus: USBBus, Sendable {
    private struct State {
        var devices: [USBDeviceDescription] = []
        var events: [USBEvent] = []
        var looks = 0
        var failure: USBError?
    }
    private let state = Mutex(State())
    private let tells: Bool
    private let isComplete: Bool

    /// `tells`: whether it tells what comes and goes; `isComplete`: whether it says that it tells all of it.
    package init(tells: Bool = true, isComplete: Bool = true) {
        (self.tells, self.isComplete) = (tells, isComplete)
    }

    /// How often somebody asked for the devices.
    package var looks: Int { state.withLock { $0.looks } }

    package func plug(_ device: USBDeviceDescription) {
        state.withLock {
            $0.devices.append(device)
            $0.events.append(.arrived(device))
        }
    }

    /// `isTold`: false for a departure whose event is lost.
    package func unplug(_ device: USBDeviceDescription, isTold: Bool = true) {
        state.withLock {
            $0.devices.removeAll { $0 == device }
            if isTold { $0.events.append(.left(device.location)) }
        }
    }

    /// What the next wait for an event fails with.
    package func fail(_ error: USBError) { state.withLock { $0.failure = error } }

    package func devices() throws(USBError) -> [USBDeviceDescription] {
        state.withLock {
            $0.looks += 1
            return $0.devices
        }
    }

    package func claim(
        interface number: UInt8, of device: USBDeviceDescription
    ) throws(USBError) -> any USBInterface { throw .noSuchInterface(number: number) }

    package func watch() throws(USBError) -> (any USBWatch)? {
        guard tells else { return nil }
        state.withLock { $0.events = [] }
        return Watch(self)
    }

    /// Never waits: what has not happened yet will not within the limit.
    private final class Watch: USBWatch {
        private let bus: PlugBus
        init(_ bus: PlugBus) { self.bus = bus }

        var isComplete: Bool { bus.isComplete }

        func next(within limit: Duration) throws(USBError) -> USBEvent? {
            let (failure, event) = bus.state.withLock { state in
                defer { state.failure = nil }
                return (state.failure, state.events.isEmpty ? nil : state.events.removeFirst())
            }
            if let failure { throw failure }
            return event
        }
    }
}

extension USBDeviceDescription {
    /// An STLINK-V3 in a port of hub 3-1.
    package static func stlinkV3(port: UInt8, address: UInt8 = 5, serial: String? = nil) -> Self {
        USBDeviceDescription(
            location: USBLocation(bus: 3, ports: [1, port], address: address), vendorID: 0x0483,
            productID: 0x374e, release: 0x0100, speed: .high, manufacturer: "STMicroelectronics",
            product: "STLINK-V3", serialUnits: serial.map { Array($0.utf16) },
            interfaces: [
                USBInterfaceDescriptor(
                    number: 0, classCode: 0xff, subclass: 0xff, protocolCode: 0xff,
                    endpoints: [0x81, 0x01, 0x82].map {
                        USBEndpointDescriptor(address: $0, kind: .bulk, maxPacketSize: 512)
                    })
            ])
    }
}
