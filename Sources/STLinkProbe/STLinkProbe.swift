// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials
package import USBTransport

/// ST-LINK/V2, V2-1 and V3 over their vendor bulk interface.
///
/// The firmware keeps SELECT to itself, fetches posted reads and retries WAIT a few times; this driver opens
/// access ports when they are first used and retries WAIT with growing pauses.
package final class STLinkProbe: DebugProbe {
    /// What holds between `connect` and whatever ends it.
    struct Session {
        /// Of the channel, when the session began.
        let generation: Int
        /// Access ports opened with INIT_AP, in that order.
        var openPorts: [UInt8] = []
    }

    package let description: ProbeDescription
    let channel: STLinkChannel
    let version: STLinkVersion
    let timebase: any Timebase
    let trace: Trace
    var session: Session?
    /// Of the channel, when the probe was last brought into a mode that takes commands.
    var readyGeneration: Int?
    /// SWD was entered, or it was tried: DEBUG mode has to be left.
    var hasEntered = false
    /// nRST is held low by us.
    var holdsReset = false
    /// The level of nRST is known: it was driven or let go since the probe was opened.
    var knowsReset = false
    /// The clock last set, or what firmware starts with.
    package internal(set) var clock = STLinkClock.powerOn.clock
    /// V3: what the probe offers, asked once.
    var offeredClocks: [Hertz] = []
    private var isClosed = false

    /// Claims the probe, finds out what it is and takes it out of whatever mode it was left in.
    ///
    /// The probe may be left over from a crash: stale answers are dropped; if it does not answer it gets a bus reset, and if
    /// that does not reach it, what it still waits for.
    /// - Throws: `unsupported` for a V1, a firmware loader or firmware without debug part.
    package init(
        opening device: USBDeviceDescription, on bus: any USBBus, timebase: any Timebase, trace: Trace
    ) throws(ProbeError) {
        guard let product = Self.product(of: device) else {
            throw .unsupported(feature: "ST-LINK product id", needs: "an ST-LINK")
        }
        if let obstacle = Self.obstacle(to: product, on: device) { throw obstacle }
        let channel = try Self.claim(product, device, bus: bus, timebase: timebase, trace: trace)
        do {
            version = try Self.identify(product, on: channel)
        } catch {
            channel.close()
            throw error
        }
        (self.channel, self.timebase, self.trace) = (channel, timebase, trace)
        description = ProbeDescription(
            kind: product.name, product: device.product ?? product.name,
            serial: STLinkSerialNumber.text(of: device.serialUnits), firmware: version.description,
            limitations: version.limitations,
            clockLimit: version.has(.patience) ? nil : .megahertz(8))
        trace(.step, "ST-LINK opened", ["firmware": version.description])
        do {
            try becomeReady()
        } catch {
            channel.close()
            throw error
        }
    }

    deinit { close() }

    /// Leaves DEBUG mode, which lets go of nRST and the access ports, and releases the interface.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        if hasEntered || holdsReset {
            do { try disconnect() } catch {
                // The probe may be gone; the interface is given back all the same.
                let level: TraceLevel = FailureClass(of: error) == .probeLost ? .step : .warning
                trace(level, "ST-LINK did not disconnect", ["error": error.summary])
            }
        }
        channel.close()
    }
}

extension STLinkProbe {
    private static func claim(
        _ product: STLinkProduct, _ device: USBDeviceDescription, bus: any USBBus, timebase: any Timebase,
        trace: Trace
    ) throws(ProbeError) -> STLinkChannel {
        do {
            let interface = try bus.claim(interface: STLinkProduct.interfaceNumber, of: device)
            return STLinkChannel(interface, product: product, timebase: timebase, trace: trace)
        } catch {
            throw .transport(error, during: "opening the probe")
        }
    }

    /// First contact with a probe that was left in any state; some V2 on some hosts answer nothing until they get a bus reset.
    private static func identify(
        _ product: STLinkProduct, on channel: STLinkChannel
    ) throws(ProbeError) -> STLinkVersion {
        let version: STLinkVersion
        try channel.synchronise()
        do { version = try readVersion(of: product, on: channel) } catch {
            try channel.reset()
            version = try readVersion(of: product, on: channel)
        }
        guard version.hardware >= 2 else {
            throw .unsupported(
                feature: "ST-LINK/V2 protocol (it says \(version))", needs: "an ST-LINK/V2, V2-1 or V3")
        }
        guard version.jtag > 0 else {
            throw .unsupported(feature: "SWD (it says \(version))", needs: "firmware with a JTAG/SWD part")
        }
        return version
    }

    private static func readVersion(
        of product: STLinkProduct, on channel: STLinkChannel
    ) throws(ProbeError) -> STLinkVersion {
        // Short of the usual patience: a healthy probe answers at once, and a reset cures the others.
        let patience: Duration = .seconds(1)
        let version = try value(
            of: GetVersion(product: product), channel.run(GetVersion(product: product), within: patience))
        guard version.isV3 else { return version }
        return try value(of: GetVersionExtended(), channel.run(GetVersionExtended(), within: patience))
    }

    /// The response, or the refusal as an error.
    static func value<Command: STLinkCommand>(
        of command: Command, _ reply: STLinkReply<Command.Response>
    ) throws(ProbeError) -> Command.Response {
        switch reply {
        case .done(let response): return response
        case .failed(let status):
            throw .refused(command: Command.name, status: status.rawValue, meaning: status.meaning)
        }
    }
}
