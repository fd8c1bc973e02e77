// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The devices one can reach, and the way to claim an interface of one.
///
/// Implemented by `LibUSBTransport` over libusb and by `SimulatedBench` in memory.
package protocol USBBus: AnyObject {
    /// Every device present, in bus order; needs no permission to open any of them.
    func devices() throws(USBError) -> [USBDeviceDescription]
    /// Opens `device` and claims one interface (alternate setting 0), taking it from a kernel driver if need be.
    func claim(interface number: UInt8, of device: USBDeviceDescription) throws(USBError) -> any USBInterface
    /// Starts collecting arrivals and departures; nil where the bus tells none, and has to be looked at again and again.
    func watch() throws(USBError) -> (any USBWatch)?
}

extension USBBus {
    package func watch() throws(USBError) -> (any USBWatch)? { nil }
}

/// Arrivals and departures on a bus while it lives, in the order they came; devices that were there before are not told.
///
/// Confined to the thread that began it.
package protocol USBWatch: AnyObject {
    /// False where some may go untold, so that somebody has to look as well.
    var isComplete: Bool { get }
    /// The next event; nil when there was none within the limit.
    func next(within limit: Duration) throws(USBError) -> USBEvent?
}

/// Names a submitted transfer until it is completed.
package struct USBTicket: Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A claimed interface: everything a probe driver may ask of USB.
///
/// Confined to the thread that claimed it. Transfers on one endpoint finish in the order they were submitted;
/// transfers on different endpoints run side by side, so an IN may be pending before the command that fills it.
/// Bulk or interrupt is decided by the endpoint's descriptor.
package protocol USBInterface: AnyObject {
    var device: USBDeviceDescription { get }
    var descriptor: USBInterfaceDescriptor { get }

    /// Queues bytes for an OUT endpoint. An empty array is a zero-length packet.
    func submit(_ bytes: [UInt8], to endpoint: UInt8, within limit: Duration) throws(USBError) -> USBTicket
    /// Queues a read of at most `count` bytes from an IN endpoint; a short packet ends it early.
    func submitRead(_ count: Int, from endpoint: UInt8, within limit: Duration) throws(USBError) -> USBTicket
    /// Waits for the transfer, at most the limit it was submitted with.
    ///
    /// - Returns: the bytes received; empty for OUT. A ticket can be completed once.
    func complete(_ ticket: USBTicket) throws(USBError) -> [UInt8]
    /// Takes the transfer back if it has not finished; its ticket is void afterwards.
    func cancel(_ ticket: USBTicket)

    /// One control transfer on endpoint 0; `data` goes OUT, or `readCount` bytes come IN (USB 2.0 §9.3).
    func control(
        requestType: UInt8, request: UInt8, value: UInt16, index: UInt16, data: [UInt8], readCount: Int,
        within limit: Duration
    ) throws(USBError) -> [UInt8]
    /// Clears a halted endpoint (USB 2.0 §9.4.5) and resets its data toggle.
    func clearHalt(_ endpoint: UInt8) throws(USBError)
    /// Resets the port; the claim survives when the device comes back unchanged.
    func resetDevice() throws(USBError)
    /// Cancels what is in flight and gives the interface back. Safe to call twice.
    func close()
}

extension USBInterface {
    /// Sends `bytes` and waits until the device has taken them.
    package func send(_ bytes: [UInt8], to endpoint: UInt8, within limit: Duration) throws(USBError) {
        _ = try complete(submit(bytes, to: endpoint, within: limit))
    }
    /// Reads one transfer of at most `count` bytes.
    package func receive(_ count: Int, from endpoint: UInt8, within limit: Duration) throws(USBError)
        -> [UInt8]
    {
        try complete(submitRead(count, from: endpoint, within: limit))
    }
}
