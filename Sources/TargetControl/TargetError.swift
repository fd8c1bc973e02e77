// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import CortexM
package import DebugAccess
package import DebugProbe
package import Essentials
package import HardwareDescription

/// The steps of taking hold of a target, in order.
package enum BringUpStep: String, CaseIterable, Hashable, Sendable {
    case voltage = "measuring the target's supply"
    case resetLine = "driving nRST"
    case debugPort = "connecting to the debug port"
    case accessPorts = "reading the access ports"
    case identify = "identifying the part"
    case debugPower = "keeping the debug clocks on"
    case freeze = "freezing the watchdogs"
    case mainCore = "halting the main core"
    case secondCore = "parking the second core"
    case inspect = "looking at what the application left"
    case reset = "resetting the part"
    case busMasters = "stopping bus masters"
    case mappedFlash = "leaving memory-mapped mode"
    case clean = "bringing the main core into a known state"
    case debugClock = "choosing the SWD clock"
    case release = "releasing the target"
}

/// Why a target could not be taken hold of or let go.
package enum TargetError: Error, Sendable {
    case probe(ProbeError, during: BringUpStep)
    case access(DebugAccessError, during: BringUpStep)
    case core(CoreError, during: BringUpStep)
    /// The probe measures less than the part needs.
    case supplyTooLow(volts: Double, minimum: Double)
    /// The debug port is another one than all of these targets have.
    case unexpectedDebugPort(RegisterValue<DebugPortIdentification>, targets: [String])
    /// The part is none of the targets that were asked for.
    case wrongPart(DeviceIdentity, expected: [String])
    /// The main core's AP is not there or not the expected one.
    case missingAccessPort(index: UInt8, role: AccessPortRole, found: UInt32?)
    /// CPUID is that of another core.
    case wrongCore(name: String, cpuid: UInt32)
    /// Something on the part resets it faster than it can be held.
    case keepsResetting(attempts: Int)
    case busMasterRuns(name: String, after: Duration)
    case mappedModeStays(status: UInt32, after: Duration)
    /// Not even the probe's slowest clock brings data to RAM and back; the last failure, where there was an answer.
    case noReliableClock(slowest: Hertz, DebugAccessError?)
}

/// What DBGMCU says the part is.
package struct DeviceIdentity: Hashable, Sendable {
    /// DEV_ID.
    package var device: UInt16
    /// REV_ID.
    package var revision: UInt16
    /// Nil when nothing tells (the second core's AP is dead and the boot options cannot be read).
    package var hasSecondCore: Bool?
}
