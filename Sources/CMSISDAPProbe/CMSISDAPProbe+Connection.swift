// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials

extension CMSISDAPProbe {
    /// WAIT answers the probe collects before it gives up, in time on the wire.
    private static let waitBound = 0.1
    private static let clocksPerWait = 20.0
    /// Lower ones are taken, but then a single packet can take minutes; it is also where ST-LINKs end.
    private static let lowestClock = Hertz.kilohertz(5)
    /// How long nRST may take to follow: boards have capacitors there.
    private static let resetPatience: Duration = .milliseconds(100)

    package func connect(clock: Hertz) throws(ProbeError) {
        (select, isConnected) = (nil, false)
        try channel.restoreStep()
        // A port opened for nRST alone is kept: connecting again would let the line go for a moment.
        if !(holdsReset && portGeneration == channel.generation) { try openPort() }
        try setClock(clock)
        try require(DAPSWDConfigure(), "one turnaround clock")
        try light(.connected, true)
        if holdsReset { try driveResetPin() }
        // From here on `resetLine` may try again, whether or not the target answers now.
        isConnected = true
        try switchToSerialWire()
        channel.forgetFailures()
        trace(.debug, "CMSIS-DAP connected", ["clock": "\(clock)"])
    }

    package func disconnect() throws(ProbeError) {
        (select, isConnected, holdsReset, portGeneration) = (nil, false, false, nil)
        try channel.restoreStep()
        channel.forgetFailures()
        try light(.connected, false)
        _ = try channel.run(DAPDisconnect())
    }

    package func confirmPresence() throws(ProbeError) {
        try channel.restoreStep()
        do { _ = try channel.run(DAPInfo(item: .protocolVersion)) } catch {
            // It answers, all the same.
            guard case .refused = error else { throw error }
        }
    }

    package func resetLine() throws(ProbeError) {
        try requireConnection()
        try switchToSerialWire()
    }

    /// A probe does not say what it makes of the clock it is asked for.
    @discardableResult package func setClock(_ clock: Hertz) throws(ProbeError) -> Hertz {
        try channel.restoreStep()
        let clock = max(clock, Self.lowestClock)
        try require(DAPSWJClock(clock: clock), "this clock")
        let retries = Double(clock.rawValue) * Self.waitBound / Self.clocksPerWait
        try require(
            DAPTransferConfigure(waitRetries: UInt16(min(max(retries, 100), 65_535))), "transfer settings")
        self.clock = clock
        return clock
    }

    package func driveReset(_ asserted: Bool) throws(ProbeError) {
        try channel.restoreStep()
        // The pins are no outputs before that.
        if portGeneration != channel.generation { try openPort() }
        holdsReset = asserted
        try driveResetPin()
    }
}

extension CMSISDAPProbe {
    func requireConnection() throws(ProbeError) {
        try channel.restoreStep()
        guard isConnected, portGeneration == channel.generation else {
            // After a bus reset the probe knows no target, which is not the target's fault.
            throw channel.resetCause ?? .noTarget(detail: "the probe is not connected")
        }
    }

    private func openPort() throws(ProbeError) {
        portGeneration = nil
        // Some probes (EDBG) connect only after they have been disconnected.
        _ = try channel.run(DAPDisconnect())
        guard try channel.run(DAPConnect()) else {
            throw .refused(
                command: DAPConnect.name, status: 0, meaning: "the probe does not open an SWD port")
        }
        portGeneration = channel.generation
    }

    private func driveResetPin() throws(ProbeError) {
        let level: UInt8 = holdsReset ? 0 : DAPSWJPins.resetPin
        let pins = try channel.run(
            DAPSWJPins(output: level, select: DAPSWJPins.resetPin, wait: Self.resetPatience))
        if pins & DAPSWJPins.resetPin != level {
            // Not an error: many probes cannot read the pin back.
            trace(.warning, "CMSIS-DAP nRST does not read as driven", ["asserted": "\(holdsReset)"])
        }
    }

    /// Line reset, JTAG-to-SWD switch, line reset, and the DPIDR read that has to follow (ADIv5.2 §B4.3.3).
    private func switchToSerialWire() throws(ProbeError) {
        select = nil
        for sequence: DAPSWJSequence in [.lineReset, .jtagToSerialWire, .lineReset, .idle] {
            try require(sequence, "bit sequences")
        }
        // EDBG falls back to its own clock after a sequence.
        try require(DAPSWJClock(clock: clock), "this clock")
        do {
            _ = try run([.read(.debugPort(DebugPortAddress.identification))])
        } catch {
            guard case .acknowledge(let answer, _, _) = error else { throw error }
            throw .noTarget(detail: "DPIDR cannot be read, \(answer.summary)")
        }
    }

    private func light(_ lamp: DAPHostStatus.Lamp, _ isOn: Bool) throws(ProbeError) {
        // A probe without lamps may refuse.
        do { _ = try channel.run(DAPHostStatus(lamp: lamp, isOn: isOn)) } catch {
            guard case .refused = error else { throw error }
        }
    }

    private func require<Command: DAPCommand>(
        _ command: Command, _ what: String
    ) throws(ProbeError) where Command.Response == DAPStatus {
        let status = try channel.run(command)
        guard status.isOK else {
            throw .refused(
                command: Command.name, status: status.rawValue, meaning: "the probe does not take \(what)")
        }
    }
}
