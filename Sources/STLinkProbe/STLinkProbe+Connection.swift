// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials

extension STLinkProbe {
    /// A rail below this is off: no supported part works there.
    private static let lowestSupply = 1.5

    package func connect(clock: Hertz) throws(ProbeError) {
        session = nil
        try channel.restoreStep()
        // Leaving DEBUG mode starts afresh whatever state a crashed host left the firmware in.
        try leaveMode()
        guard version.has(.debugRegisters) else { throw Self.lacking(.debugRegisters, on: version) }
        try setClock(clock)
        try releaseForgottenReset()
        try enter()
    }

    package func disconnect() throws(ProbeError) {
        let opened = session?.openPorts ?? []
        let isSame = session?.generation == channel.generation
        session = nil
        try channel.restoreStep()
        channel.forgetFailures()
        if version.has(.accessPortClosing), isSame {
            for port in opened {
                if case .failed(let status) = try channel.run(CloseAccessPort(index: port)) {
                    // Leaving DEBUG mode closes it anyway.
                    trace(.warning, "ST-LINK access port not closed", ["status": status.meaning])
                }
            }
        }
        if holdsReset {
            // Leaving DEBUG mode lets go of nRST, but the mode need not be DEBUG.
            holdsReset = false
            _ = try attempt(DriveReset(asserted: false))
        }
        try leaveMode()
    }

    package func resetLine() throws(ProbeError) {
        try channel.restoreStep()
        // A target that is not there right now, as after a reset, must not keep us from trying again.
        guard hasEntered, readyGeneration == channel.generation else { throw unconnected }
        // Entering again does it where the firmware knows that. Leaving first works everywhere but releases
        // nRST, so a target held in reset is spared it.
        if !version.has(.reentry), !holdsReset { try leaveMode() }
        try enter()
    }

    package func driveReset(_ asserted: Bool) throws(ProbeError) {
        try becomeReady()
        let reply = try attempt(DriveReset(asserted: asserted))
        (holdsReset, knowsReset) = (asserted, true)
        guard case .failed(let status) = reply else { return }
        // Outside DEBUG mode some firmware does not know yet which pin is meant; `connect` drives it again.
        guard session == nil else {
            throw .refused(command: DriveReset.name, status: status.rawValue, meaning: status.meaning)
        }
        trace(.warning, "ST-LINK does not drive nRST before SWD is entered", ["status": status.meaning])
    }

    package func confirmPresence() throws(ProbeError) {
        try channel.restoreStep()
        _ = try perform(GetCurrentMode())
    }

    package func targetVoltage() throws(ProbeError) -> Double? {
        guard version.has(.targetVoltage) else { return nil }
        try becomeReady()
        return try perform(GetTargetVoltage())
    }
}

extension STLinkProbe {
    /// Brings the probe into a mode that takes commands, unless it is in one.
    func becomeReady() throws(ProbeError) {
        try channel.restoreStep()
        guard readyGeneration != channel.generation else { return }
        try leaveMode()
    }

    /// - Returns: the session, when the probe has not been reset since it began.
    func requireSession() throws(ProbeError) -> Session {
        try channel.restoreStep()
        guard let session, session.generation == channel.generation else {
            throw unconnected
        }
        return session
    }

    /// After a bus reset the failure that caused it, not `noTarget`: the probe lost its session because of the cable.
    private var unconnected: ProbeError {
        channel.resetCause ?? .noTarget(detail: "the probe is not connected")
    }

    static func lacking(_ feature: STLinkFeature, on version: STLinkVersion) -> ProbeError {
        .unsupported(
            feature: "\(feature.name) (it says \(version))",
            needs: feature.needs(on: version) ?? "other hardware")
    }

    /// Asks for the mode and leaves it if it is one to be left: `ExitMode` says why never blindly.
    private func leaveMode() throws(ProbeError) {
        guard let mode = try perform(GetCurrentMode()) else {
            throw .malformedResponse(command: GetCurrentMode.name, detail: "a mode that does not exist")
        }
        guard mode != .bootloader else {
            throw .unsupported(
                feature: "debug commands while its firmware loader runs",
                needs: "its ordinary firmware (replug it; if that does not help, let ST's updater finish)")
        }
        if let exit = ExitMode(mode) {
            trace(.debug, "ST-LINK mode left", ["mode": "\(mode)"])
            try perform(exit)
        }
        hasEntered = false
        readyGeneration = channel.generation
    }

    /// A program that was killed while it held nRST low, but not yet in DEBUG mode, left it so: leaving the mode did not help.
    private func releaseForgottenReset() throws(ProbeError) {
        guard !holdsReset, !knowsReset else { return }
        if case .failed(let status) = try attempt(DriveReset(asserted: false)) {
            // Outside DEBUG mode some firmware does not know yet which pin is meant, and then holds none.
            trace(.debug, "ST-LINK does not release nRST before SWD is entered", ["status": status.meaning])
        }
        knowsReset = true
    }

    /// Enters SWD.
    ///
    /// A reset that was asked for is driven before and after, since before the probe may not know the pin.
    private func enter() throws(ProbeError) {
        session = nil
        if holdsReset { _ = try attempt(DriveReset(asserted: true)) }
        hasEntered = true
        if case .failed(let status) = try attempt(EnterSWD()) { throw try noEntry(status) }
        if holdsReset { try perform(DriveReset(asserted: true)) }
        session = Session(generation: channel.generation)
        channel.forgetFailures()
    }

    private func noEntry(_ status: STLinkStatus) throws(ProbeError) -> ProbeError {
        guard status.meansNoTarget else {
            return .refused(command: EnterSWD.name, status: status.rawValue, meaning: status.meaning)
        }
        if let volts = try targetVoltage(), volts < Self.lowestSupply {
            return .targetNotPowered(volts: volts)
        }
        return .noTarget(detail: "\(status.meaning) (probe status \(status.rawValue.hex))")
    }
}
