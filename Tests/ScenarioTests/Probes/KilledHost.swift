// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import USBTransport

/// The bus of a program that is killed: after so many transfers nothing it does reaches a device any more.
///
/// The kernel then takes back what was under way and gives the interface back; nobody closes the probe.
final class KilledHost: USBBus {
    private let bus: any USBBus
    private let time: any Timebase
    /// Transfers until then; the last one is still handed to the kernel.
    private var transfersLeft: Int
    /// How long that last one is under way when the program is killed.
    private let lastDuration: Duration
    private(set) var isKilled = false

    init(_ bus: any USBBus, time: any Timebase, transfers: Int, lastDuration: Duration) {
        (self.bus, self.time, transfersLeft, self.lastDuration) = (bus, time, transfers, lastDuration)
    }

    func devices() throws(USBError) -> [USBDeviceDescription] { try bus.devices() }
    func claim(interface number: UInt8, of device: USBDeviceDescription) throws(USBError) -> any USBInterface
    {
        KilledInterface(try bus.claim(interface: number, of: device), host: self)
    }

    fileprivate func live() throws(USBError) { guard !isKilled else { throw .disconnected } }
    fileprivate func age(_ interface: any USBInterface) {
        transfersLeft -= 1
        guard transfersLeft <= 0, !isKilled else { return }
        time.wait(for: lastDuration)
        isKilled = true
        interface.close()
    }
}

private final class KilledInterface: USBInterface {
    private let interface: any USBInterface
    private let host: KilledHost

    init(_ interface: any USBInterface, host: KilledHost) { (self.interface, self.host) = (interface, host) }

    var device: USBDeviceDescription { interface.device }
    var descriptor: USBInterfaceDescriptor { interface.descriptor }

    func submit(_ bytes: [UInt8], to endpoint: UInt8, within limit: Duration) throws(USBError) -> USBTicket {
        try host.live()
        defer { host.age(interface) }
        return try interface.submit(bytes, to: endpoint, within: limit)
    }
    func submitRead(_ count: Int, from endpoint: UInt8, within limit: Duration) throws(USBError) -> USBTicket
    {
        try host.live()
        defer { host.age(interface) }
        return try interface.submitRead(count, from: endpoint, within: limit)
    }
    func complete(_ ticket: USBTicket) throws(USBError) -> [UInt8] {
        try host.live()
        return try interface.complete(ticket)
    }
    func cancel(_ ticket: USBTicket) { if !host.isKilled { interface.cancel(ticket) } }
    func control(
        requestType: UInt8, request: UInt8, value: UInt16, index: UInt16, data: [UInt8], readCount: Int,
        within limit: Duration
    ) throws(USBError) -> [UInt8] {
        try host.live()
        defer { host.age(interface) }
        return try interface.control(
            requestType: requestType, request: request, value: value, index: index, data: data,
            readCount: readCount, within: limit)
    }
    func clearHalt(_ endpoint: UInt8) throws(USBError) {
        try host.live()
        try interface.clearHalt(endpoint)
    }
    func resetDevice() throws(USBError) {
        try host.live()
        try interface.resetDevice()
    }
    func close() { if !host.isKilled { interface.close() } }
}
