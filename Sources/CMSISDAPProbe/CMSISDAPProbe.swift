// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials
package import USBTransport

/// A CMSIS-DAP probe, version 1 (HID) or 2 (bulk).
///
/// SELECT is kept here: the layers above name AP and bank, and a SELECT write goes out only when something
/// changes. It counts as unknown after a line reset or connect and after every failure but WAIT and FAULT.
package final class CMSISDAPProbe: DebugProbe {
    package let description: ProbeDescription
    let channel: DAPChannel
    let timebase: any Timebase
    let trace: Trace
    /// Requests that may be under way at once.
    let packetCount: Int
    /// What DP SELECT holds, when that is known.
    var select: UInt32?
    /// Of the channel, when DAP_Connect was done; nil when the pins are let go.
    var portGeneration: Int?
    /// SWD was selected and a line reset sent since the port was opened.
    var isConnected = false
    var holdsReset = false
    /// As asked for: no probe says what it makes of that.
    package internal(set) var clock = Hertz.megahertz(1)
    private var isClosed = false

    /// Claims the interface and asks the probe what it is.
    ///
    /// The probe may be left over from a crash: stale responses are dropped, and if it does not answer at all
    /// it gets one bus reset. `number` is the interface of one of `candidates(in:)`; nil takes the preferred
    /// one.
    ///
    /// - Throws: `unsupported` when it cannot do SWD.
    package init(
        opening device: USBDeviceDescription, interface number: UInt8? = nil, on bus: any USBBus,
        timebase: any Timebase, trace: Trace
    ) throws(ProbeError) {
        let forms = CMSISDAPInterface.all(in: device)
        guard let form = forms.first(where: { $0.number == number ?? $0.number }) else {
            throw .unsupported(feature: "usable CMSIS-DAP interface", needs: "a CMSIS-DAP probe")
        }
        let channel = try Self.claim(form, device, bus: bus, timebase: timebase, trace: trace)
        let facts: ProbeFacts
        do {
            facts = try ProbeFacts(askedThrough: channel, needsSerial: Self.serial(of: device) == nil)
        } catch {
            channel.close()
            throw error
        }
        (self.channel, self.timebase, self.trace) = (channel, timebase, trace)
        packetCount = facts.packetCount
        description = ProbeDescription(
            kind: form.kind, product: device.product ?? form.kind,
            serial: Self.serial(of: device) ?? facts.serial,
            firmware: facts.firmware, limitations: Self.limitations(form, device, facts))
        trace(
            .step, "CMSIS-DAP opened",
            ["firmware": facts.firmware, "packet": "\(channel.packetSize)", "count": "\(facts.packetCount)"])
    }

    deinit { close() }

    /// Lets go of the pins and releases the interface.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        if portGeneration != nil {
            do { try disconnect() } catch {
                // The probe may be gone; the interface is given back all the same.
                let level: TraceLevel = FailureClass(of: error) == .probeLost ? .step : .warning
                trace(level, "CMSIS-DAP did not disconnect", ["error": error.summary])
            }
        }
        channel.close()
    }

    package func targetVoltage() throws(ProbeError) -> Double? { nil }

    /// The MEM-AP is driven by the layers above: repeated DRW accesses fill whole packets.
    package func blockMemory(accessPort: UInt8) throws(ProbeError) -> (any BlockMemory)? { nil }
}

extension CMSISDAPProbe {
    private static func claim(
        _ form: CMSISDAPInterface, _ device: USBDeviceDescription, bus: any USBBus, timebase: any Timebase,
        trace: Trace
    ) throws(ProbeError) -> DAPChannel {
        do {
            let interface = try bus.claim(interface: form.number, of: device)
            return DAPChannel(interface, form: form, timebase: timebase, trace: trace)
        } catch {
            throw .transport(error, during: "opening the probe")
        }
    }

    private static func limitations(
        _ form: CMSISDAPInterface, _ device: USBDeviceDescription, _ facts: ProbeFacts
    ) -> [String] {
        var limitations = ["no target voltage measurement: an unpowered target looks like no target"]
        if form.padsResponses, device.speed == .full || device.speed == .low {
            limitations.append(
                "version 1 on a full-speed bus moves at most one report per millisecond: 60 kB/s")
        }
        if facts.packetCount == 1 {
            limitations.append("one request at a time: every packet costs a full USB round trip")
        }
        return limitations
    }
}
