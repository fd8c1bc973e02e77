// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// RCC: oscillators, PLLs, prescalers, peripheral clocks and resets (RM0399 chapter RCC).
final class ResetAndClockControl: WordPeripheral {
    /// The registers that only remember, by offset / 4.
    var words = [UInt32](repeating: 0, count: 0x200 / 4)
    /// When each source that is on becomes ready; `.max` for one that never does.
    ///
    /// Nil: off.
    var readyAt = [Picoseconds?](repeating: nil, count: ClockSource.allCases.count)
    /// What drives the system clock (SWS).
    var systemSource = ClockSource.hsi
    /// Enable and low-power-enable registers by core, in the order of ``BusClock``.
    var enables = [[UInt32](repeating: 0, count: 9), [UInt32](repeating: 0, count: 9)]
    var lowPowerEnables = [[UInt32](repeating: .max, count: 9), [UInt32](repeating: .max, count: 9)]
    var resets = [UInt32](repeating: 0, count: 9)
    /// RSR by core.
    var resetFlags: [UInt32] = [0, 0]
    /// Backup domain and CSR survive a system reset.
    var backupDomain: UInt32 = 0
    var lowSpeedReadyAt: Picoseconds?
    /// When the 32 kHz oscillator is ready; `.max` without a crystal.
    ///
    /// Nil: off.
    var lowSpeedExternalReadyAt: Picoseconds?
    /// What is fitted for HSE and LSE.
    let crystals: Crystals
    /// The M4's domain has a clock.
    var isSecondDomainClocked = true
    /// Bits of a reset register went from 0 to 1.
    var onPeripheralReset: ((_ bus: BusClock, _ bits: UInt32) -> Void)?
    /// A memory or peripheral clock was switched.
    var onEnablesChanged: (() -> Void)?
    /// Frequencies changed.
    var onClocksChanged: (() -> Void)?

    init(_ context: ChipContext, crystals: Crystals) {
        self.crystals = crystals
        super.init(context)
    }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 { readRegister(offset, access) }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        writeRegister(offset, value, lanes: lanes, access)
    }
    override func reset() {
        for index in words.indices { words[index] = 0 }
        words[0x04 / 4] = 0x4000_0340
        words[0x0C / 4] = 0x2000_0080
        words[0x28 / 4] = 0x0202_0200
        words[0x2C / 4] = 0x01FF_0000
        for offset in [0x30, 0x38, 0x40] { words[offset / 4] = 0x0101_0280 }
        for source in ClockSource.allCases { readyAt[source.rawValue] = nil }
        readyAt[ClockSource.hsi.rawValue] = 0
        systemSource = .hsi
        words[0] = 1
        for core in 0..<2 {
            enables[core] = Array(repeating: 0, count: 9)
            lowPowerEnables[core] = Array(repeating: .max, count: 9)
        }
        resets = Array(repeating: 0, count: 9)
        refreshClocks()
        onEnablesChanged?()
    }

    /// RSR keeps what happened until software clears it.
    func note(_ cause: ResetCause) {
        resetFlags = resetFlags.map { $0 | cause.flags }
    }

    // MARK: Gates

    /// Whether `bit` of `bus` is on for either core, and its reset is not held.
    @inline(__always) func isClocked(_ gate: ClockGate) -> Bool {
        let index = gate.bus.rawValue
        return (enables[0][index] | enables[1][index]) & ~resets[index] & gate.bit != 0
    }

    // MARK: Clock tree

    func isOn(_ source: ClockSource) -> Bool { readyAt[source.rawValue] != nil }
    func isReady(_ source: ClockSource, at now: Picoseconds) -> Bool {
        readyAt[source.rawValue].map { $0 <= now } ?? false
    }

    /// Frequency of an oscillator that is on, of a PLL's input otherwise.
    private func oscillator(_ source: ClockSource) -> UInt64 {
        guard isOn(source) else { return 0 }
        switch source {
        case .hsi: return ClockFrequencies.internalOscillator >> UInt64(words[0] >> 3 & 3)
        case .csi: return ClockFrequencies.lowPowerInternal
        case .hse: return crystals.highSpeed ?? 0
        case .hsi48: return 48_000_000
        case .pll1, .pll2, .pll3: return 0
        }
    }
    private static let pllInputs: [ClockSource?] = [.hsi, .csi, .hse, nil]
    var pllInput: ClockSource? { Self.pllInputs[Int(words[0x28 / 4] & 3)] }
    var pllInputFrequency: UInt64 { pllInput.map(oscillator) ?? 0 }

    func settings(ofPLL number: Int) -> PLLSettings {
        let index = UInt32(number - 1)
        let divisors = words[(0x30 + 8 * Int(index)) / 4]
        let configuration = words[0x2C / 4]
        let hasFraction = configuration >> (4 * index) & 1 != 0
        let enabled = configuration >> (16 + 3 * index)
        let output = { (shift: UInt32, bit: UInt32) -> UInt64? in
            enabled >> bit & 1 != 0 ? UInt64(divisors >> shift & 127) + 1 : nil
        }
        return PLLSettings(
            divider: UInt64(words[0x28 / 4] >> (4 + 8 * index) & 63),
            multiplier: UInt64(divisors & 511) + 1,
            fraction: hasFraction ? UInt64(words[(0x34 + 8 * Int(index)) / 4] >> 3 & 0x1FFF) : 0,
            outputs: [output(9, 0), output(16, 1), output(24, 2)],
            hasMediumRange: configuration >> (1 + 4 * index) & 1 != 0)
    }
    func pllOutput(_ number: Int, _ index: Int) -> UInt64 {
        guard let source = ClockSource(rawValue: ClockSource.pll1.rawValue + number - 1), isOn(source) else {
            return 0
        }
        return settings(ofPLL: number).output(index, source: pllInputFrequency)
    }

    /// Recomputes every frequency from the registers.
    func refreshClocks() {
        let system = systemSource == .pll1 ? pllOutput(1, 0) : oscillator(systemSource)
        let domain1 = words[0x18 / 4], domain2 = words[0x1C / 4], domain3 = words[0x20 / 4]
        var clocks = ClockFrequencies()
        clocks.m7 = system / Self.divisor(domain1 >> 8)
        clocks.bus = clocks.m7 / Self.divisor(domain1)
        clocks.apb3 = clocks.bus / Self.apbDivisor(domain1 >> 4)
        clocks.apb1 = clocks.bus / Self.apbDivisor(domain2 >> 4)
        clocks.apb2 = clocks.bus / Self.apbDivisor(domain2 >> 8)
        clocks.apb4 = clocks.bus / Self.apbDivisor(domain3 >> 4)
        // TIMPRE: timers run at twice, or four times, a divided APB clock, at most at HCLK.
        let factor: UInt64 = words[0x10 / 4] >> 15 & 1 != 0 ? 4 : 2
        clocks.timers1 = clocks.apb1 == clocks.bus ? clocks.bus : min(clocks.bus, clocks.apb1 * factor)
        let selection = words[0x4C / 4] >> 4 & 3
        switch selection {
        case 0: clocks.quadSPI = clocks.bus
        case 1: clocks.quadSPI = pllOutput(1, 1)
        case 2: clocks.quadSPI = pllOutput(2, 2)
        default: clocks.quadSPI = peripheralClock
        }
        clocks.isQuadSPIOnUndividedPLL = selection == 0 && systemSource == .pll1 && clocks.bus == system
        guard clocks != context.clocks else { return }
        context.clocks = clocks
        onClocksChanged?()
    }
    /// per_ck (D1CCIPR.CKPERSEL).
    private var peripheralClock: UInt64 {
        switch words[0x4C / 4] >> 28 & 3 {
        case 0: oscillator(.hsi)
        case 1: oscillator(.csi)
        case 2: oscillator(.hse)
        default: 0
        }
    }
    /// 0xxx: not divided; 1xxx: 2, 4, 8, 16, 64, 128, 256, 512.
    private static func divisor(_ code: UInt32) -> UInt64 {
        code & 8 == 0 ? 1 : [2, 4, 8, 16, 64, 128, 256, 512][Int(code & 7)]
    }
    private static func apbDivisor(_ code: UInt32) -> UInt64 { code & 4 == 0 ? 1 : 2 << UInt64(code & 3) }

    // MARK: Switching the system clock

    private var requestedSource: ClockSource { [.hsi, .csi, .hse, .pll1][Int(words[0x10 / 4] & 3)] }

    /// The switch happens when its source is ready.
    func settle(at now: Picoseconds) {
        let requested = requestedSource
        guard requested != systemSource, isReady(requested, at: now) else { return }
        systemSource = requested
        refreshClocks()
    }
    override var nextEvent: Picoseconds {
        guard requestedSource != systemSource else { return .max }
        return readyAt[requestedSource.rawValue] ?? .max
    }
    override func handleEvent(at now: Picoseconds) { settle(at: now) }
}

/// The clock enable and reset registers, in the order of their addresses.
enum BusClock: Int { case ahb3, ahb1, ahb2, ahb4, apb3, apb1L, apb1H, apb2, apb4 }

/// The bit that clocks (and resets) a peripheral.
struct ClockGate {
    var bus: BusClock
    var bit: UInt32

    init(_ bus: BusClock, _ number: UInt32) { (self.bus, bit) = (bus, 1 << number) }
}
