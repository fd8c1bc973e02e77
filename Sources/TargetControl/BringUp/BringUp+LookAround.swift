// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashController
import HardwareDescription

extension BringUp {
    /// Collects what the application left behind.
    ///
    /// Nothing is changed.
    func lookAround(_ target: HeldTarget) throws(TargetError) {
        let definition = target.definition
        try readFactoryData(definition)
        report.mainCore = try controlling(.inspect) { () throws(CoreError) in try target.core.inspect() }
        if let supply = try look(definition.supply.register, of: definition) {
            let value = definition.supply.value(in: supply)
            (report.supply, report.isSupplyLocked) = (supply, value != definition.supply.resetValue)
        }
        if let clock = try look(definition.clock.register, of: definition) {
            report.runsOnOtherClock = definition.clock.value(in: clock) != definition.clock.resetValue
        }
        report.isFlashMapped = try isFlashMapped(definition)
        report.busMasters = try activeChannels(definition).map(\.name)
        report.watchdogs = try watchdogs(definition)
        trace(.step, "application left", ["findings": report.lines.joined(separator: "; ")])
    }

    func readFactoryData(_ definition: TargetDefinition) throws(TargetError) {
        let bus = try memory(.mainCore, of: definition)
        report.uniqueID = try tolerating { () throws(DebugAccessError) in
            try bus.read(12, at: definition.uniqueID)
        }
        report.flashKiB = try tolerating { () throws(DebugAccessError) in
            Int(try bus.readWord(at: definition.flashSize) & 0xFFFF)
        }
    }

    /// A word, or nil where the bus answers with an error: a peripheral that cannot be read is no reason to give up.
    func look(_ address: UInt32, of definition: TargetDefinition) throws(TargetError) -> UInt32? {
        let bus = try memory(.mainCore, of: definition)
        return try tolerating { () throws(DebugAccessError) in try bus.readWord(at: address) }
    }

    private func tolerating<Value>(_ body: () throws(DebugAccessError) -> Value) throws(TargetError) -> Value?
    {
        do { return try body() } catch {
            if error.isConnectionFailure { throw .access(error, during: .inspect) }
            trace(.debug, "not readable", ["error": error.summary])
            return nil
        }
    }

    func isFlashMapped(_ definition: TargetDefinition) throws(TargetError) -> Bool {
        let clock = definition.quadSPI.clock
        guard try clocks([clock], of: definition).areOn(clock),
            let control = try look(definition.quadSPI.base, of: definition),
            let word = try look(definition.quadSPI.base + QuadSPIOffset.communication, of: definition)
        else { return false }
        return RegisterValue<QuadSPIControl>(rawValue: control).enable
            && RegisterValue<QuadSPICommunication>(rawValue: word).functionalMode == .memoryMapped
    }

    private func clocks(
        _ gates: [ClockGate], of definition: TargetDefinition
    ) throws(TargetError) -> ClockEnables {
        let bus = try memory(.mainCore, of: definition)
        return try ClockEnables(gates) { (count, address) throws(TargetError) in
            try tolerating { () throws(DebugAccessError) in try bus.readWords(count, at: address) }
        }
    }

    struct Channel {
        var name: String
        var control: UInt32
        var enableMask: UInt32
    }

    func activeChannels(_ definition: TargetDefinition) throws(TargetError) -> [Channel] {
        var active: [Channel] = []
        let clocks = try clocks(definition.busMasters.map(\.clock), of: definition)
        for master in definition.busMasters where clocks.areOn(master.clock) {
            for index in 0..<master.channels {
                let control = master.control &+ UInt32(index) * master.stride
                let name = master.channels == 1 ? master.name : "\(master.name) channel \(index)"
                guard let word = try look(control, of: definition) else { break }
                if word >> master.enableBit & 1 == 1 {
                    active.append(Channel(name: name, control: control, enableMask: 1 << master.enableBit))
                }
            }
        }
        return active
    }

    // MARK: Watchdogs

    private func watchdogs(_ definition: TargetDefinition) throws(TargetError) -> [WatchdogFinding] {
        let isForced = try oscillatorIsForced(definition)
        var findings: [WatchdogFinding] = []
        for watchdog in definition.watchdogs.independent {
            var state = WatchdogFinding.State.unknown
            if let bits = watchdog.hardwareStart, let options = try look(bits.register, of: definition),
                options & bits.mask == 0
            {
                state = .running("started by hardware, as the option bytes say")
            } else if isForced {
                state = .running("its oscillator is on although nobody switched it on")
            }
            findings.append(
                WatchdogFinding(
                    name: watchdog.name, state: state, period: try period(of: watchdog, definition)))
        }
        let clocks = try clocks(definition.watchdogs.window.map(\.clock), of: definition)
        for watchdog in definition.watchdogs.window {
            var isActive = false
            if clocks.areOn(watchdog.clock) {
                // WWDG_CR.WDGA: set by software, cleared only by a reset.
                isActive = (try look(watchdog.base, of: definition) ?? 0) >> 7 & 1 == 1
            }
            findings.append(
                WatchdogFinding(name: watchdog.name, state: isActive ? .running("WDGA is set") : .stopped))
        }
        return findings
    }

    /// A started independent watchdog keeps its oscillator on whatever software says.
    private func oscillatorIsForced(_ definition: TargetDefinition) throws(TargetError) -> Bool {
        let source = definition.watchdogs.oscillator
        guard let word = try look(source.register, of: definition) else { return false }
        return word >> source.readyBit & 1 == 1 && word >> source.onBit & 1 == 0
    }

    /// From prescaler and reload at the oscillator's nominal 32 kHz (RM0399 §50).
    private func period(
        of watchdog: WatchdogDefinitions.Independent, _ definition: TargetDefinition
    ) throws(TargetError) -> Duration? {
        guard let prescaler = try look(watchdog.base + 4, of: definition),
            let reload = try look(watchdog.base + 8, of: definition)
        else { return nil }
        let ticks = Int64(reload & 0xFFF) + 1
        return .microseconds(ticks * (4 << Int64(min(prescaler & 7, 6))) * 1_000_000 / 32_000)
    }
}
