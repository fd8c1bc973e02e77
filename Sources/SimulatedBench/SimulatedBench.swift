// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import USBTransport

/// One virtual probe in front of one simulated board: a USB bus with one device on it, and the time it lives in.
///
/// Everything on it is a function of the configuration and of what the host does: same calls, same bytes, same times.
package final class SimulatedBench {
    package private(set) var configuration: BenchConfiguration
    package let time: any Timebase
    package let bus: any USBBus

    private(set) var target: any DebugTarget
    let wire: SerialWireHost
    let controller: VirtualHostController
    /// What keeps the flash between runs; nil: nothing does.
    private(set) var stateDirectory: StateDirectory?
    private let usb: VirtualUSBBus

    /// A bench that lives in memory alone; `open(_:)` makes those with a state directory.
    package convenience init(_ configuration: BenchConfiguration) {
        self.init(configuration, target: Machine(configuration))
    }

    /// A probe of the configured kind in front of any target.
    convenience init(
        _ configuration: BenchConfiguration, target: any DebugTarget, state: StateDirectory? = nil
    ) {
        self.init(configuration, target: target, state: state) { Self.makeProbe(configuration, wire: $0) }
    }

    /// Any probe in front of any target.
    init(
        _ configuration: BenchConfiguration, target: any DebugTarget, state: StateDirectory? = nil,
        probe: (SerialWireHost) -> any USBFunction
    ) {
        self.configuration = configuration
        stateDirectory = state
        self.target = target
        wire = SerialWireHost(target: target, clock: ProbeClock(target: target))
        wire.reliableFrequency = configuration.wireLimit
        controller = VirtualHostController(
            target: target, function: probe(wire), faults: configuration.usbFaults)
        usb = VirtualUSBBus(controller)
        bus = usb
        time = BenchTime(controller)
    }

    /// Probe firmware in `configuration` must be one the kind can run; a selector was checked when it was read.
    private static func makeProbe(_ configuration: BenchConfiguration, wire: SerialWireHost)
        -> any USBFunction
    {
        let firmware = configuration.probeFirmware ?? configuration.probe.currentFirmware
        let link = configuration.link
        switch configuration.probe {
        case .stlinkV2: return stlink(.v2, firmware, link, wire)
        case .stlinkV21: return stlink(.v21, firmware, link, wire)
        case .stlinkV3: return stlink(.v3, firmware, link, wire)
        case .cmsisDAPv1: return cmsisDAP(.version1, firmware, link, wire)
        case .cmsisDAPv2: return cmsisDAP(.version2, firmware, link, wire)
        }
    }
    private static func stlink(
        _ model: STLinkPersonality.Model, _ firmware: String, _ link: BenchConfiguration.Link,
        _ wire: SerialWireHost
    ) -> any USBFunction {
        guard let firmware = STLinkFirmware(firmware) else {
            preconditionFailure("`\(firmware)` is no ST-LINK firmware; check configurations made by hand")
        }
        var personality = STLinkPersonality(model, firmware: firmware)
        if link == .pessimistic { personality.slowDown() }
        return VirtualSTLink(personality, wire: wire)
    }
    private static func cmsisDAP(
        _ personality: CMSISDAPPersonality, _ version: String, _ link: BenchConfiguration.Link,
        _ wire: SerialWireHost
    ) -> any USBFunction {
        var personality = personality
        personality.protocolVersion = version
        if link == .pessimistic { personality.slowDown() }
        return VirtualCMSISDAP(personality, wire: wire)
    }

    // MARK: - The cable

    /// The probe's cable is pulled out.
    package func unplug() { controller.unplug() }
    /// The probe comes back, freshly powered, under a new bus address; the target notices nothing.
    package func replug() {
        controller.replug()
        usb.forgetClaims()
    }
    package var isPlugged: Bool { controller.isPlugged }
    /// Faults still to come, by the ordinal of the transfer over the bench's life.
    package var usbFaults: USBFaultPlan {
        get { controller.faults }
        set { controller.faults = newValue }
    }
    /// Whether a port reset gets to the probe, as a test chooses: USB/IP and some hubs keep it to themselves.
    package var usbResetsReachProbe: Bool {
        get { controller.resetsReachDevice }
        set { controller.resetsReachDevice = newValue }
    }
    /// The ordinal the next transfer will have, for tests that break one after the other.
    package var usbTransferCount: Int { controller.transferCount }

    /// Takes the board's supply away for a moment; the probe stays powered.
    package func powerCycleTarget() {
        controller.recorder?.note(.powerCycled, at: controller.now)
        target.powerCycle()
        wire.line.powerOnReset()
    }

    /// Another board comes into the place of this one, as `configuration` describes it; probe, cable and time go on.
    ///
    /// What the board that leaves keeps is on the disk when this returns. Of `configuration` only what is about the board
    /// counts. Where the new one's state cannot be opened, a board without supply is left.
    package func exchangeBoard(_ configuration: BenchConfiguration) throws(BenchError) {
        try saveState()
        // A state directory is free for the next board only when the last one is gone.
        var unpowered = configuration
        (unpowered.targetIsPowered, unpowered.stateDirectory) = (false, nil)
        try fit(unpowered)
        if configuration.targetIsPowered || configuration.stateDirectory != nil { try fit(configuration) }
    }

    private func fit(_ configuration: BenchConfiguration) throws(BenchError) {
        var directory: StateDirectory?
        if let path = configuration.stateDirectory { directory = try StateDirectory(path) }
        let chips = try Machine.makeChips(configuration, directory)
        let machine = Machine(
            configuration, chips: chips, keepsState: directory != nil, startingAt: controller.now)
        (self.configuration, target, stateDirectory) = (configuration, machine, directory)
        wire.exchange(machine)
        controller.target = machine
    }

    // MARK: - Watching

    package var statistics: BenchStatistics {
        let (link, swd) = (controller.statistics, wire.statistics)
        return BenchStatistics(
            usbTransfers: link.transfers, usbBytesOut: link.bytesOut, usbBytesIn: link.bytesIn,
            usbTimeouts: link.timeouts, linkTime: link.linkTime.duration, swdTransfers: swd.transfers,
            swdWaits: swd.waits, swdFaults: swd.faults, swdUnanswered: swd.unanswered, swdClocks: swd.clocks)
    }

    /// From now on writes down what crosses the cable.
    package func record(into sink: any TranscriptSink) { controller.recorder = TranscriptRecorder(sink) }
}
