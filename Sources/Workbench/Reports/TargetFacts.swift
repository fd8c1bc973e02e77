// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import Essentials
import TargetControl

/// A target as it was found, and what was done to it.
package struct TargetFacts: Encodable, Sendable {
    package struct Device: Encodable, Sendable {
        /// DEV_ID and REV_ID of DBGMCU_IDC.
        package let id: String, revision: String
        package let revisionName: String?
        package let cores: Int?
    }
    package struct SecondCore: Encodable, Sendable {
        package enum State: String, CaseIterable, Encodable, Sendable {
            case absent, off, unreachable, parked
        }
        package let state: State
        /// What it was doing before it was parked.
        package let was: String?
        /// What was seen, or why it cannot be reached.
        package let detail: String?
    }
    package struct Watchdog: Encodable, Sendable {
        package enum State: String, CaseIterable, Encodable, Sendable { case unknown, running, stopped }
        package let name: String
        package let state: State
        package let evidence: String?
        /// From a reload to the reset.
        package let periodSeconds: Double?
    }
    /// PWR_CR3, where it was written since power-on.
    package struct SupplyConfiguration: Encodable, Sendable {
        package let value: String
        package let isLocked: Bool
    }

    /// The name of the target definition.
    package let definition: String
    package let title: String
    package let device: Device?
    package let supplyMillivolts: Int?
    package let swdClockHertz: UInt32?
    package let internalFlashBytes: Int?
    package let uniqueID: String?
    /// `normal`, `under-reset` or `hot`.
    package let connection: String
    package let fallbackReason: String?
    package let mainCoreWas: String?
    package let mainCoreFindings: [String]
    package let secondCore: SecondCore
    package let supplyConfiguration: SupplyConfiguration?
    package let quadSPIWasMapped: Bool
    package let systemClockWasChanged: Bool
    package let activeBusMasters: [String]
    package let watchdogs: [Watchdog]
    package let resetReasons: [String]
    package let notes: [String]
}

extension TargetFacts {
    init(_ target: HeldTarget) {
        let report = target.report
        self.init(
            definition: report.target, title: report.title,
            device: report.identity.map { Device($0, revisionName: report.revisionName) },
            supplyMillivolts: report.volts.map { Int(($0 * 1000).rounded()) },
            swdClockHertz: report.clock?.rawValue, internalFlashBytes: report.flashKiB.map { $0 << 10 },
            uniqueID: report.uniqueID.map { Format.octets($0, separator: "") },
            connection: report.connectMode.rawValue, fallbackReason: report.fallbackReason,
            mainCoreWas: report.mainCoreWas?.rawValue, mainCoreFindings: report.mainCore?.lines ?? [],
            secondCore: SecondCore(report.secondCore),
            supplyConfiguration: report.supply.flatMap { value in
                report.isSupplyLocked.map { SupplyConfiguration(value: value.hex, isLocked: $0) }
            },
            quadSPIWasMapped: report.isFlashMapped, systemClockWasChanged: report.runsOnOtherClock,
            activeBusMasters: report.busMasters, watchdogs: report.watchdogs.map(Watchdog.init),
            resetReasons: report.resetReasons,
            notes: report.notes + (Self.consequence(for: target).map { [$0] } ?? []))
    }

    /// What becomes of what ran on the target, once a loader's RAM was taken from it; nil when it goes on as it was.
    private static func consequence(for target: HeldTarget) -> String? {
        guard target.isDisturbed else { return nil }
        return target.report.mainCoreWas == .halted
            ? "the loader takes RAM of what was halted here: it is left halted at its reset"
            : "the loader takes RAM of what ran here: it is reset and starts anew at the end"
    }
}

extension TargetFacts.Device {
    init(_ identity: DeviceIdentity, revisionName: String?) {
        (id, revision, self.revisionName) = (identity.device.hex, identity.revision.hex, revisionName)
        cores = identity.hasSecondCore.map { $0 ? 2 : 1 }
    }
}

extension TargetFacts.SecondCore {
    init(_ finding: SecondCoreFinding) {
        switch finding {
        case .none: self.init(state: .absent, was: nil, detail: nil)
        case .off(let why): self.init(state: .off, was: nil, detail: why)
        case .unreachable(let why): self.init(state: .unreachable, was: nil, detail: why)
        case .parked(let activity): self.init(state: .parked, was: activity.rawValue, detail: nil)
        }
    }
}

extension TargetFacts.Watchdog {
    init(_ finding: WatchdogFinding) {
        let period = finding.period?.reportedSeconds
        switch finding.state {
        case .unknown: self.init(name: finding.name, state: .unknown, evidence: nil, periodSeconds: period)
        case .stopped: self.init(name: finding.name, state: .stopped, evidence: nil, periodSeconds: period)
        case .running(let evidence):
            self.init(name: finding.name, state: .running, evidence: evidence, periodSeconds: period)
        }
    }
}
