// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import LibUSBTransport
package import USBTransport

/// What is plugged into a machine, told as soon as it changes.
///
/// A bus that tells its arrivals and departures is looked at only after one of them, and now and then for safety; any
/// other one each time. It has a thread of its own, which waits for the events: nothing else is asked on it.
package actor ProbeWatch {
    package typealias Opening = @Sendable () throws(USBError) -> any USBBus

    /// After so long without an event a bus that tells all of them is looked at, too.
    private static let longestTrust: Duration = .seconds(30)

    private let thread = ProbeThread(name: "hot-plug")
    private let open: Opening
    /// Nil before the first look, and after one that failed.
    private var bus: (any USBBus)?
    private var watch: (any USBWatch)?
    private var seen: [SeenProbe] = []
    /// What was waited since the last look.
    private var trusted: Duration = .zero

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    package init(_ open: @escaping Opening) { self.open = open }

    /// Of this machine's own USB.
    package init() { self.init { () throws(USBError) in try LibUSBBus() } }

    /// Whether events are waited for; where they are not, whoever asks again does so after a pause.
    package var isTold: Bool { watch != nil }

    /// The probes that are plugged in: the first time at once, then when something has changed, or after `limit`.
    package func probes(within limit: Duration) throws(WorkbenchError) -> [SeenProbe] {
        do throws(USBError) {
            if try isDue(after: limit) { seen = try look() }
            return seen
        } catch {
            // Opened anew the next time.
            (bus, watch, seen) = (nil, nil, [])
            throw .step("looking for probes", error)
        }
    }

    /// Waits for the next event where the bus tells them.
    private func isDue(after limit: Duration) throws(USBError) -> Bool {
        guard let watch else { return true }
        if try watch.next(within: limit) != nil {
            // A device with several functions, or a hub full of probes, is looked at once.
            while try watch.next(within: .zero) != nil {}
            return true
        }
        trusted += limit
        return !watch.isComplete || trusted >= Self.longestTrust
    }

    private func look() throws(USBError) -> [SeenProbe] {
        trusted = .zero
        if let bus { return try SeenProbe.all(on: bus) }
        let bus = try open()
        // Before the first look: what comes after it is told.
        watch = try bus.watch()
        let seen = try SeenProbe.all(on: bus)
        self.bus = bus
        return seen
    }

    deinit { thread.stop() }
}
