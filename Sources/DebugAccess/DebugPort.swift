// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials

/// The target's debug port: connection, power-up and access to its registers and those of the APs.
///
/// Which AP and bank SELECT points to is the probe driver's knowledge; operations name registers.
package final class DebugPort {
    package let probe: any DebugProbe
    package let timebase: any Timebase
    package let trace: Trace
    /// DPIDR as read when the connection was made.
    package internal(set) var identification: RegisterValue<DebugPortIdentification>?
    /// Counts connections, so that what was known of an AP's registers can be dropped after a new one.
    private(set) var generation = 0

    /// Accesses that nothing intelligible answered so far, also those that went well when repeated.
    package internal(set) var lineFailures = 0

    package static let powerUpLimit: Duration = .milliseconds(500)

    package init(probe: any DebugProbe, timebase: any Timebase, trace: Trace) {
        (self.probe, self.timebase, self.trace) = (probe, timebase, trace)
    }

    /// Selects SWD, reads DPIDR and powers the debug and system domains up.
    package func connect(clock: Hertz) throws(DebugAccessError) {
        do { try probe.connect(clock: clock) } catch { throw .probe(error, during: .connect) }
        generation += 1
        try identify()
        try powerUp()
    }

    /// Sends a line reset and brings the debug port back, as is needed after a target reset.
    ///
    /// Tries until `limit`.
    package func reconnect(within limit: Duration) throws(DebugAccessError) {
        let poll = AdaptivePoll(within: limit, on: timebase)
        var attempts = 0
        while true {
            attempts += 1
            do {
                try reconnectOnce()
                trace(.debug, "debug port reconnected", ["attempts": "\(attempts)"])
                return
            } catch {
                guard error.mayPass else { throw error }
                guard !poll.hasPassed else {
                    guard case .probe(let lower, let step) = error else { throw error }
                    throw .connectionLost(attempts: attempts, during: step, last: lower)
                }
            }
            poll.pause()
        }
    }

    func reconnectOnce() throws(DebugAccessError) {
        do { try probe.resetLine() } catch { throw .probe(error, during: .connect) }
        generation += 1
        try identify()
        try powerUp()
    }

    /// DPIDR must be the first read after a line reset (ADIv5.2 §B4.3.3).
    private func identify() throws(DebugAccessError) {
        let raw = try plainRead(.debugPort(0x0), during: .identify)
        let value = RegisterValue<DebugPortIdentification>(rawValue: raw)
        guard value.isPresent, raw != .max, value.designer != 0 else { throw .notADebugPort(value: raw) }
        identification = value
        trace(.debug, "DPIDR", ["value": raw.hex, "version": "\(value.version)"])
    }

    /// Requests debug and system power and waits for both acknowledges; clears what an earlier session left behind.
    package func powerUp(within limit: Duration = DebugPort.powerUpLimit) throws(DebugAccessError) {
        try plainWrite(
            RegisterValue<Abort>.clearingEverything.rawValue, to: .debugPort(0x0), during: .powerUp)
        var request = RegisterValue<ControlStatus>()
        request.debugPowerUpRequest = true
        request.systemPowerUpRequest = true
        try plainWrite(request.rawValue, to: .debugPort(0x4), during: .powerUp)
        var status = RegisterValue<ControlStatus>()
        let isUp = try timebase.poll(within: limit) { () throws(DebugAccessError) in
            status.rawValue = try plainRead(.debugPort(0x4), during: .powerUp)
            return status.isPoweredUp
        }
        guard isUp else { throw .powerUpRefused(status, after: limit) }
    }

    /// CTRL/STAT as it is now; never answered with FAULT.
    package func status() throws(DebugAccessError) -> RegisterValue<ControlStatus> {
        RegisterValue(rawValue: try plainRead(.debugPort(0x4), during: .register))
    }

    package func readRegister(_ register: DAPRegister) throws(DebugAccessError) -> UInt32 {
        let values = try execute([.read(register)], during: register.step)
        return values[0]
    }

    package func writeRegister(_ register: DAPRegister, _ value: UInt32) throws(DebugAccessError) {
        _ = try execute([.write(register, value)], during: register.step)
    }

    /// An access without recovery: recovery itself is made of these.
    func plainRead(_ register: DAPRegister, during step: DebugAccessStep) throws(DebugAccessError) -> UInt32 {
        let values: [UInt32]
        do { values = try probe.execute([.read(register)]) } catch { throw .probe(error, during: step) }
        guard let value = values.first else { throw .shortAnswer(expected: 1, received: 0, during: step) }
        return value
    }

    func plainWrite(
        _ value: UInt32, to register: DAPRegister, during step: DebugAccessStep
    ) throws(DebugAccessError) {
        do { _ = try probe.execute([.write(register, value)]) } catch { throw .probe(error, during: step) }
    }
}

extension DAPRegister {
    var step: DebugAccessStep {
        switch self {
        case .debugPort: .register
        case .accessPort: .accessPort
        }
    }
}
