// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension ResetAndClockControl {
    func readRegister(_ offset: UInt32, _ access: Access) -> UInt32 {
        settle(at: access.now)
        let now = access.now
        switch offset {
        case 0x00:
            context.stableUntil = nextReady(after: now)
            return controlRegister(at: now)
        case 0x10:
            context.stableUntil = nextReady(after: now)
            let source: UInt32 =
                switch systemSource {
                case .csi: 1
                case .hse: 2
                case .pll1: 3
                default: 0
                }
            return words[0x10 / 4] | source << 3
        case 0x70:
            context.stableUntil = lowSpeedExternalReadyAt.map { $0 > now ? $0 : .max } ?? .max
            return backupDomain | (lowSpeedExternalReadyAt.map { $0 <= now } ?? false ? 2 : 0)
        case 0x74:
            context.stableUntil = lowSpeedReadyAt.map { $0 > now ? $0 : .max } ?? .max
            return words[0x74 / 4] | (lowSpeedReadyAt.map { $0 <= now } ?? false ? 2 : 0)
        case 0x7C...0x9C: return resets[Int(offset - 0x7C) / 4]
        case 0xD0...0x11C: return perCore(offset - 0xD0, core: access.master.isSecondCore ? 1 : 0)
        case 0x130...0x17C: return perCore(offset - 0x130, core: 0)
        case 0x190...0x1DC: return perCore(offset - 0x190, core: 1)
        case 0..<0x200: return words[Int(offset / 4)]
        default: return 0
        }
    }

    private func controlRegister(at now: Picoseconds) -> UInt32 {
        // HSIDIVF: the divider took its new value at once.
        var value = words[0] | 1 << 5 | 1 << 14
        if isSecondDomainClocked { value |= 1 << 15 }
        for source in ClockSource.allCases where isReady(source, at: now) { value |= 1 << source.bits.ready }
        return value
    }
    private func nextReady(after now: Picoseconds) -> Picoseconds {
        var next = Picoseconds.max
        for moment in readyAt { if let moment, moment > now { next = min(next, moment) } }
        return next
    }

    /// RSR, ENR and LPENR registers of one core; `offset` counts from its RSR.
    private func perCore(_ offset: UInt32, core: Int) -> UInt32 {
        switch offset {
        case 0: resetFlags[core]
        case 4...0x24: enables[core][Int(offset - 4) / 4]
        case 0x2C...0x4C: lowPowerEnables[core][Int(offset - 0x2C) / 4]
        default: 0
        }
    }

    func writeRegister(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        settle(at: access.now)
        switch offset {
        case 0x00: writeControl(merge(words[0], value, lanes: lanes), at: access.now)
        case 0x10:
            words[0x10 / 4] = merge(words[0x10 / 4], value, lanes: lanes) & ~0x38
            settle(at: access.now)
        case 0x28, 0x2C, 0x30...0x44: writePLL(offset, value, lanes: lanes)
        case 0x70: writeBackupDomain(merge(backupDomain, value, lanes: lanes), at: access.now)
        case 0x74:
            words[0x74 / 4] = merge(words[0x74 / 4], value, lanes: lanes) & 1
            let isOn = words[0x74 / 4] & 1 != 0
            lowSpeedReadyAt = isOn ? lowSpeedReadyAt ?? access.now &+ 100 * .microsecond : nil
        case 0x68: words[0x64 / 4] &= ~value
        case 0x7C...0x9C: writeReset(Int(offset - 0x7C) / 4, value, lanes: lanes)
        case 0xA0: writeGlobalControl(merge(words[0xA0 / 4], value, lanes: lanes))
        case 0xD0...0x11C:
            writePerCore(offset - 0xD0, value, lanes: lanes, core: access.master.isSecondCore ? 1 : 0)
        case 0x130...0x17C: writePerCore(offset - 0x130, value, lanes: lanes, core: 0)
        case 0x190...0x1DC: writePerCore(offset - 0x190, value, lanes: lanes, core: 1)
        case 0x04, 0x0C:
            // Calibration is the factory's; the trim is software's.
            let trim: UInt32 = 0x7F00_0000
            words[Int(offset / 4)] = merge(words[Int(offset / 4)], value & trim, lanes: lanes & trim)
        case 0x08, 0x64: break
        case 0..<0x200:
            words[Int(offset / 4)] = merge(words[Int(offset / 4)], value, lanes: lanes)
            refreshClocks()
        default: break
        }
        context.needsAttention = true
    }

    // MARK: CR

    private func writeControl(_ value: UInt32, at now: Picoseconds) {
        var value = value & 0x150D_129B
        // HSEBYP can be changed while HSE is off.
        if isOn(.hse) { value = merge(value, words[0], lanes: Self.externalBypass) }
        let isBypassed = value & Self.externalBypass != 0
        for source in ClockSource.allCases {
            let bit: UInt32 = 1 << source.bits.on
            // What drives the system clock cannot be switched off.
            if source == systemSource || systemSource == .pll1 && source == pllInput { value |= bit }
            let wasOn = isOn(source)
            if value & bit != 0, !wasOn {
                readyAt[source.rawValue] = readyTime(of: source, isBypassed: isBypassed, at: now)
            }
            if value & bit == 0 { readyAt[source.rawValue] = nil }
        }
        words[0] = value
        refreshClocks()
    }
    /// CR.HSEBYP.
    private static let externalBypass: UInt32 = 1 << 18

    private func readyTime(of source: ClockSource, isBypassed: Bool, at now: Picoseconds) -> Picoseconds {
        if source == .hse { return externalReadyTime(isBypassed: isBypassed, at: now) }
        guard let number = source.pllNumber else { return now &+ source.startup }
        guard let input = pllInput, let inputReady = readyAt[input.rawValue], inputReady != .max,
            settings(ofPLL: number).locks(source: pllInputFrequency)
        else { return .max }
        return max(now, inputReady) &+ source.startup
    }

    /// HSERDY comes from a crystal that the part's amplifier drives, or from an oscillator, with the amplifier on or
    /// bypassed; a crystal alone gives nothing in bypass mode (RM0399, HSE oscillator).
    ///
    /// An oscillator without HSEBYP is not described there, and works: Nucleo boards, whose HSE is the clock output of
    /// their probe, run with software written for a crystal.
    private func externalReadyTime(isBypassed: Bool, at now: Picoseconds) -> Picoseconds {
        guard let frequency = crystals.highSpeed, frequency > 0 else { return .max }
        if isBypassed { return crystals.isOscillator ? now &+ 512 * .second / frequency : .max }
        return now &+ ClockSource.hse.startup
    }

    /// A PLL takes new settings only while it is off, its fraction at any time (RM0399, PLL programming).
    private func writePLL(_ offset: UInt32, _ value: UInt32, lanes: UInt32) {
        var writable = lanes
        let index = Int(offset / 4)
        for number in 1...3 {
            guard let source = ClockSource(rawValue: ClockSource.pll1.rawValue + number - 1), isOn(source)
            else {
                continue
            }
            let shift = UInt32(8 * (number - 1))
            switch offset {
            case 0x28: writable &= ~(3 | 63 << (4 + shift))
            case 0x2C: writable &= ~(0xE << (4 * UInt32(number - 1)))
            case 0x30, 0x38, 0x40: if offset == 0x30 + shift { writable = 0 }
            default: break
            }
        }
        words[index] = merge(words[index], value, lanes: writable)
        refreshClocks()
    }

    // MARK: Resets and enables

    private func writeReset(_ index: Int, _ value: UInt32, lanes: UInt32) {
        let new = merge(resets[index], value, lanes: lanes)
        let rising = new & ~resets[index]
        resets[index] = new
        if rising != 0, let bus = BusClock(rawValue: index) { onPeripheralReset?(bus, rising) }
    }
    /// BOOT_Cx can only be set; it releases a core whose boot option holds it.
    private func writeGlobalControl(_ value: UInt32) {
        let old = words[0xA0 / 4]
        words[0xA0 / 4] = (value | old) & 0xF
        for core in 1...2 where value & ~old & 2 << UInt32(core) != 0 { context.onBootRequest?(core) }
    }
    /// LSEON starts a 32 kHz crystal, which takes its typical 2 s (STM32H745 datasheet, tSU(LSE)); BDRST stops it.
    private func writeBackupDomain(_ value: UInt32, at now: Picoseconds) {
        backupDomain = value & 1 << 16 != 0 ? 1 << 16 : value & 0x0001_83FD
        let ready = crystals.lowSpeed == nil ? Picoseconds.max : now &+ 2 * .second
        lowSpeedExternalReadyAt = backupDomain & 1 != 0 ? lowSpeedExternalReadyAt ?? ready : nil
    }

    private func writePerCore(_ offset: UInt32, _ value: UInt32, lanes: UInt32, core: Int) {
        switch offset {
        // RMVF clears the flags of the core it belongs to.
        case 0: if value & 1 << 16 != 0 { resetFlags[core] = 0 }
        case 4...0x24:
            let index = Int(offset - 4) / 4
            var new = merge(enables[core][index], value, lanes: lanes)
            // WWDGxEN can only be set.
            if index == BusClock.apb3.rawValue { new |= enables[core][index] & 1 << 6 }
            if index == BusClock.apb1L.rawValue { new |= enables[core][index] & 1 << 11 }
            enables[core][index] = new
            onEnablesChanged?()
        case 0x2C...0x4C:
            let index = Int(offset - 0x2C) / 4
            lowPowerEnables[core][index] = merge(lowPowerEnables[core][index], value, lanes: lanes)
        default: break
        }
    }
}
