// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials
import HardwareDescription

extension BringUp {
    /// Everything but the revision.
    private static let portIdentityMask: UInt32 = 0x0FFF_FFFF

    /// Finds the candidate that the part is, through the debug bus: that works with cores asleep and in reset.
    func identify() throws(TargetError) -> TargetDefinition {
        if let found = port.identification,
            !candidates.contains(where: { ($0.debugPort ^ found.rawValue) & Self.portIdentityMask == 0 })
        {
            throw .unexpectedDebugPort(found, targets: candidates.map(\.name))
        }
        var identity: DeviceIdentity?
        var undecided: (definition: TargetDefinition, identity: DeviceIdentity)?
        for candidate in candidates {
            let bus = try memory(.debug, of: candidate)
            try scanAccessPorts(of: candidate)
            let word = try accessing(.identify) { () throws(DebugAccessError) in
                try bus.readWord(at: candidate.identity.register)
            }
            var found = DeviceIdentity(
                device: UInt16(word & 0xFFF), revision: UInt16(word >> 16), hasSecondCore: nil)
            if found.device == candidate.identity.device {
                found.hasSecondCore = try hasSecondCore(candidate)
                if found.hasSecondCore == (candidate.secondCore != nil) {
                    accept(candidate, found)
                    return candidate
                }
                guard found.hasSecondCore == nil else {
                    identity = found
                    continue
                }
                if undecided.map({ isBetter(candidate, than: $0.definition) }) ?? true {
                    undecided = (candidate, found)
                }
            }
            identity = found
        }
        if let undecided {
            accept(undecided.definition, undecided.identity)
            return undecided.definition
        }
        guard let identity else { preconditionFailure("there is at least one candidate") }
        throw .wrongPart(identity, expected: candidates.map(\.name))
    }

    /// Where nothing tells what the part is: the board's file does.
    ///
    /// Without one a second core that may be there must not be overlooked; else the order counts.
    private func isBetter(_ candidate: TargetDefinition, than other: TargetDefinition) -> Bool {
        if let wanted = options.boardTarget, candidate.name == wanted || other.name == wanted {
            return candidate.name == wanted
        }
        return candidate.secondCore != nil && other.secondCore == nil
    }

    private func accept(_ definition: TargetDefinition, _ identity: DeviceIdentity) {
        (report.target, report.title, report.identity) = (definition.name, definition.title, identity)
        report.revisionName = definition.identity.revisions.first { $0.id == identity.revision }?.name
        trace(.step, "part", ["target": definition.name, "identity": "\(identity)"])
    }

    private func scanAccessPorts(of definition: TargetDefinition) throws(TargetError) {
        guard report.accessPorts.map(\.index) != definition.accessPorts.map(\.index) else { return }
        report.accessPorts = []
        for expected in definition.accessPorts {
            let finding = try accessing(.accessPorts) { () throws(DebugAccessError) in
                try port.identifyAccessPort(expected.index)
            }
            report.accessPorts.append(finding)
            let isExpected = finding.matches(expected)
            trace(
                .step, "access port",
                [
                    "index": "\(expected.index)", "role": expected.role.rawValue,
                    "IDR": finding.identification.map(\.rawValue.hex) ?? "none",
                    "expected": "\(isExpected)",
                ])
            guard isExpected || expected.role == .secondCore || expected.role == .system else {
                throw .missingAccessPort(
                    index: expected.index, role: expected.role, found: finding.identification?.rawValue)
            }
        }
    }

    /// Whether the part has a second core: its AP answers with anything, or a boot option says so.
    ///
    /// A part without one has no such AP (IDR reads zero) and its boot options are reserved and zero. A second core that is
    /// off may leave its AP dead, so the options decide then. Nil when they cannot be read.
    private func hasSecondCore(_ definition: TargetDefinition) throws(TargetError) -> Bool? {
        if let second = definition.accessPort(.secondCore),
            let finding = report.accessPorts.first(where: { $0.index == second.index }),
            finding.identification != nil
        {
            return true
        }
        guard let boot = definition.identity.secondCoreBoot else { return nil }
        let bus = try memory(.mainCore, of: definition)
        do { return try bus.readWord(at: boot.register) & boot.mask != 0 } catch {
            // The bus is dead in reset and asleep: then nothing tells.
            guard !error.isConnectionFailure else { throw .access(error, during: .identify) }
            return nil
        }
    }

    /// Debug clocks and power in every sleep mode, before any core's registers are touched.
    func keepDebugPowered(_ definition: TargetDefinition) throws(TargetError) {
        try set(definition.debugPower, of: definition, during: .debugPower)
        trace(.step, "debug kept powered in Sleep, Stop and Standby")
    }

    /// Watchdogs stand still while the cores do.
    func freezeWatchdogs(_ definition: TargetDefinition) throws(TargetError) {
        for freeze in definition.freezes { try set(freeze, of: definition, during: .freeze) }
        trace(.step, "watchdogs frozen while halted", ["registers": "\(definition.freezes.count)"])
    }

    private func set(
        _ bits: RegisterBits, of definition: TargetDefinition, during step: BringUpStep
    ) throws(TargetError) {
        let bus = try memory(.debug, of: definition)
        let before = try accessing(step) { () throws(DebugAccessError) in
            let before = try bus.readWord(at: bits.register)
            try bus.writeWord(before | bits.mask, at: bits.register)
            return before
        }
        // A second attempt, under reset, finds what the first has set.
        if !changedDebugRegisters.contains(where: { $0.register == bits.register }) {
            changedDebugRegisters.append((bits.register, before))
        }
    }
}

extension AccessPortFinding {
    /// The revision may differ.
    func matches(_ expected: AccessPortDefinition) -> Bool {
        guard let identification else { return false }
        return (identification.rawValue ^ expected.identification) & 0x0FFF_FFFF == 0
    }
}
