// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import CortexM
package import DebugAccess
package import Essentials

/// How a target is connected to.
package enum ConnectMode: String, CaseIterable, Hashable, Sendable {
    /// While it runs; under reset when that does not work.
    case normal
    /// With nRST held, so that no instruction of the application runs.
    case underReset = "under-reset"
    /// While it runs, without halting it.
    case hot
}

/// What a core was doing when it was found.
package enum CoreActivity: String, Hashable, Sendable {
    case running, asleep
    case halted
    case lockedUp = "locked up"
    /// Caught at its reset vector: nothing of the application has run.
    case inReset = "held at reset"
}

/// The second core's state.
package enum SecondCoreFinding: Hashable, Sendable {
    /// The part has none.
    case none
    /// It cannot disturb: no clock, or held. The text says what was seen.
    case off(String)
    /// It may run, and this probe cannot stop it. The text says why.
    case unreachable(String)
    case parked(was: CoreActivity)
}

/// A watchdog and what can be known of it.
package struct WatchdogFinding: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// Hardware does not say whether an independent watchdog was started by software.
        case unknown
        case running(String)
        case stopped
    }
    package var name: String
    package var state: State
    /// Time from a reload to the reset, when it runs; nil where it cannot be read.
    package var period: Duration?
}

/// What was found while taking hold of a target, and what was done about it.
package struct BringUpReport: Sendable {
    package var target = ""
    package var title = ""
    package var identity: DeviceIdentity?
    /// The revision's letter, when it is a known one.
    package var revisionName: String?
    package var debugPort: RegisterValue<DebugPortIdentification>?
    package var volts: Double?
    /// SWCLK in use, as the probe names it.
    package var clock: Hertz?
    package var accessPorts: [AccessPortFinding] = []
    package var connectMode: ConnectMode = .normal
    /// Why a normal connection became one under reset.
    package var fallbackReason: String?
    package var mainCoreWas: CoreActivity?
    package var mainCore: CoreFindings?
    package var secondCore: SecondCoreFinding = .none
    /// The supply configuration bits, and whether they were written since power-on.
    package var supply: UInt32?
    package var isSupplyLocked: Bool?
    package var isFlashMapped = false
    /// Whether firmware left the clock it came up with.
    package var runsOnOtherClock = false
    /// Channels that were moving data: `DMA1 channel 3`.
    package var busMasters: [String] = []
    package var watchdogs: [WatchdogFinding] = []
    /// Why the part was reset before use; empty when it was not.
    package var resetReasons: [String] = []
    package var uniqueID: [UInt8]?
    package var flashKiB: Int?
    /// Anything else a person should know.
    package var notes: [String] = []

    package init() {}
}

extension BringUpReport {
    /// The report in sentences, in the order of the steps.
    package var lines: [String] {
        var lines: [String] = []
        if let identity {
            lines.append("\(title): \(identity)" + (revisionName.map { " (revision \($0))" } ?? ""))
        }
        if let volts { lines.append("supply \(Format.volts(volts))") }
        if let clock { lines.append("SWD clock \(clock)") }
        if let fallbackReason {
            lines.append("connected under reset, since attaching failed: \(fallbackReason)")
        }
        if let mainCoreWas { lines.append("main core was \(mainCoreWas.rawValue)") }
        lines += (mainCore?.lines ?? []).map { "main core: \($0)" }
        if let text = secondCore.text { lines.append("second core \(text)") }
        if isSupplyLocked == true, let supply {
            lines.append("the supply configuration is set (\(supply.hex)) and locked until power-off")
        }
        if isFlashMapped { lines.append("QUADSPI was in memory-mapped mode") }
        if runsOnOtherClock { lines.append("the application had changed the system clock") }
        if !busMasters.isEmpty {
            lines.append("bus masters were active: \(busMasters.joined(separator: ", "))")
        }
        for watchdog in watchdogs {
            switch watchdog.state {
            case .running(let evidence): lines.append("\(watchdog.name) is running (\(evidence))")
            case .unknown:
                lines.append("\(watchdog.name): state cannot be read; it is reloaded as a precaution")
            case .stopped: break
            }
        }
        if !resetReasons.isEmpty {
            lines.append("the part was reset: \(resetReasons.joined(separator: ", "))")
        }
        return lines + notes
    }
}

extension SecondCoreFinding {
    /// What follows "second core"; nil when the part has none.
    var text: String? {
        switch self {
        case .none: nil
        case .off(let why): "is off: \(why)"
        case .unreachable(let why): "cannot be reached and may be running: \(why)"
        case .parked(let activity): "was \(activity.rawValue) and is parked"
        }
    }
}
