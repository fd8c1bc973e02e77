// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// The simulated board: an STM32H7 with its one or two cores running, and the flash chips on its QUADSPI.
///
/// Virtual time passes only in ``elapse(_:)``. It counts from the moment the bench is handed over; what ran on the target
/// before has already run for ``prelude``.
final class Machine: DebugTarget {
    /// How long the application has been running when the bench is switched on.
    static let prelude: Picoseconds = 20 * .millisecond
    /// nRST is pulled low this long by an internal reset.
    static let resetPulse: Picoseconds = 20 * .microsecond
    /// Both cores running, neither gets further ahead of the other than this.
    private static let quantum: Picoseconds = 10 * .microsecond

    let configuration: BenchConfiguration
    let part: ChipPart
    let context = ChipContext()
    let peripherals: ChipPeripherals
    let matrix: BusMatrix
    let memories: ChipMemories
    let m7: CoreLane
    let m4: CoreLane
    let keepsState: Bool
    /// What the bench's clock said when this board came to it.
    private let epoch: Picoseconds

    /// Time since power-on of the bench's board.
    private(set) var time: Picoseconds = 0
    /// When the internal reset pulse ends; nil while none is running.
    private var resetEndsAt: Picoseconds?
    private(set) var isBooted = (m7: false, m4: false)
    /// The core rail is up.
    private(set) var hasCoreSupply = false
    /// The next event of all peripherals, as long as `context.hasScheduleChanged` is false.
    private var peripheralEvent: Picoseconds = 0
    /// nRST as the probe drives it.
    var probeHoldsReset = false {
        didSet {
            guard probeHoldsReset != oldValue, hasCoreSupply else { return }
            if probeHoldsReset { enterReset(.pin) } else { resetEndsAt = time }
            settleRequests()
        }
    }

    /// A board whose flash chips live in memory alone.
    ///
    /// What the configuration names must exist: one made by hand is not checked before.
    convenience init(_ configuration: BenchConfiguration) {
        do throws(BenchError) {
            self.init(configuration, chips: try Machine.makeChips(configuration, nil), keepsState: false)
        } catch { preconditionFailure("check configurations made by hand: \(error)") }
    }
    /// A board that comes to its bench when that bench's time is `epoch`.
    ///
    /// With `keepsState` the chips have stores.
    init(
        _ configuration: BenchConfiguration, chips: [SerialBus], keepsState: Bool,
        startingAt epoch: Picoseconds = 0
    ) {
        self.configuration = configuration
        self.epoch = epoch
        self.keepsState = keepsState
        guard let part = ChipPart(named: configuration.part) else {
            preconditionFailure("`\(configuration.part)` is no part; check configurations made by hand")
        }
        self.part = part
        peripherals = ChipPeripherals(context, configuration: configuration, part: part, chips: chips)
        memories = ChipMemories(part, seed: configuration.seed)
        matrix = BusMatrix(
            context, clockControl: peripherals.clockControl, power: peripherals.power,
            quadSPI: peripherals.quadSPI,
            debugBus: DebugBus(context, identification: peripherals.debugMCU), blocks: memories.blocks,
            peripherals: peripherals.map)
        matrix.stuckBit = configuration.stuckBit
        m7 = CoreLane(.m7, matrix: matrix)
        m4 = CoreLane(.m4, matrix: matrix)
        connect()
        let flash = chips.lazy.compactMap(\.flash).first
        memories.load(
            Application.image(of: configuration.application, on: configuration.board, flash: flash))
        powerOn()
        if configuration.targetIsPowered { elapse(Self.prelude) }
    }

    private func connect() {
        context.onInterrupt = { [unowned self] line, isAsserted in
            m7.core.setInterrupt(line, asserted: isAsserted)
            m4.core.setInterrupt(line, asserted: isAsserted)
        }
        context.onBootRequest = { [unowned self] number in
            if number == 2, !isBooted.m4, resetEndsAt == nil { bootSecondCore() }
        }
        let clockControl = peripherals.clockControl
        clockControl.onClocksChanged = { [unowned self] in clocksChanged() }
        clockControl.onEnablesChanged = { [unowned self] in refreshWindows() }
        clockControl.onPeripheralReset = { [unowned self] bus, bits in
            for slot in peripherals.map.slots {
                if let gate = slot.gate, gate.bus == bus, gate.bit & bits != 0 { slot.peripheral.reset() }
            }
        }
        peripherals.debugMCU.onChange = { [unowned self] in refreshFreeze() }
        peripherals.connectRequests(
            DirectMemoryAccess.Port(
                read: { [unowned self] in matrix.read($0, Access(width: $1, master: .dma, now: $2)) },
                write: { [unowned self] in matrix.write($0, $2, Access(width: $1, master: .dma, now: $3)) }))
        m7.core.onSystemResetRequest = { [unowned self] in enterReset(.software(core: 1)) }
        m4.core.onSystemResetRequest = { [unowned self] in enterReset(.software(core: 2)) }
        memories.addFixedWindows(m7: m7.core, m4: m4.core)
    }

    // MARK: Power

    private func powerOn() {
        guard configuration.targetIsPowered else { return }
        (hasCoreSupply, matrix.isDebugBusHidden, context.hasLostSupply) = (true, false, false)
        matrix.debugBus.powerOnReset()
        peripherals.power.powerOnReset()
        peripherals.clockControl.resetFlags = [0, 0]
        enterReset(.powerOn)
        m7.core.powerOnReset(vectorTable: peripherals.options.bootAddress(core: 1))
        m4.core.powerOnReset(vectorTable: peripherals.options.bootAddress(core: 2))
        (m7.core.isHeldInReset, m4.core.isHeldInReset) = (true, true)
    }
    /// Takes the board's supply away for a moment: RAM is lost, the flash keeps its cells.
    func powerCycle() {
        memories.forget()
        for chip in chips { chip.powerCycle() }
        powerOn()
    }

    // MARK: Reset

    /// Everything but the debug logic goes to its reset state, and stays there until nRST is high again.
    private func enterReset(_ cause: ResetCause) {
        peripherals.clockControl.note(cause)
        context.isInterconnectStalled = false
        matrix.reset()
        context.hasScheduleChanged = true
        (m7.core.isHeldInReset, m4.core.isHeldInReset) = (true, true)
        isBooted = (false, false)
        resetEndsAt = time &+ Self.resetPulse
        context.needsAttention = true
    }
    private func leaveReset() {
        resetEndsAt = nil
        refreshWindows()
        let options = peripherals.options
        if options.boots(core: 1) {
            isBooted.m7 = true
            m7.core.reset(vectorTable: options.bootAddress(core: 1))
        }
        m4.isClocked = false
        peripherals.clockControl.isSecondDomainClocked = false
        if options.boots(core: 2) { bootSecondCore() }
        for (index, watchdog) in peripherals.watchdogs.enumerated() where options.startsWatchdog(index + 1) {
            watchdog.start(at: time)
        }
        context.hasScheduleChanged = true
        refreshFreeze()
    }
    private func bootSecondCore() {
        guard part.hasSecondCore else { return }
        isBooted.m4 = true
        m4.isClocked = true
        peripherals.clockControl.isSecondDomainClocked = true
        m4.core.reset(vectorTable: peripherals.options.bootAddress(core: 2))
        context.needsAttention = true
    }
    /// nRST is low, by the probe or by the part.
    var isInReset: Bool { probeHoldsReset || resetEndsAt != nil }

    // MARK: Time

    var now: Picoseconds { epoch &+ (time > Self.prelude ? time - Self.prelude : 0) }

    func elapse(_ duration: Picoseconds) {
        let end = time &+ duration
        guard hasCoreSupply else { return time = end }
        while time < end { step(to: end) }
        settleStores()
    }

    /// Runs until something other than the cores is due.
    private func step(to end: Picoseconds) {
        settleRequests()
        guard hasCoreSupply else { return time = end }
        var horizon = min(end, nextEvent)
        if m7.canRun, m4.canRun { horizon = min(horizon, time &+ Self.quantum) }
        horizon = max(horizon, time &+ 1)
        matrix.horizon = horizon
        // The second one stops where the first did.
        if !m7.run(until: horizon) { horizon = min(horizon, max(m7.local, time &+ 1)) }
        if !m4.run(until: horizon) { horizon = min(horizon, max(m4.local, time &+ 1)) }
        time = horizon
        settleHaltStates()
    }
    private var nextEvent: Picoseconds {
        var next = min(m7.nextEvent, m4.nextEvent)
        if let resetEndsAt, !probeHoldsReset { next = min(next, resetEndsAt) }
        return min(next, nextPeripheralEvent)
    }
    private var nextPeripheralEvent: Picoseconds {
        guard context.hasScheduleChanged else { return peripheralEvent }
        context.hasScheduleChanged = false
        peripheralEvent = peripherals.timed.reduce(.max) { min($0, $1.nextEvent) }
        return peripheralEvent
    }
    /// Lets every peripheral do what is due by now.
    private func settlePeripherals() {
        guard nextPeripheralEvent <= time else { return }
        context.hasScheduleChanged = true
        for peripheral in peripherals.timed where peripheral.nextEvent <= time {
            peripheral.handleEvent(at: time)
        }
    }

    /// Does what is due now.
    private func settleRequests() {
        context.needsAttention = false
        settlePeripherals()
        if context.hasLostSupply { loseSupply() }
        if let cause = context.requestedReset {
            context.requestedReset = nil
            honour(cause)
        }
        if let resetEndsAt, resetEndsAt <= time, !probeHoldsReset { leaveReset() }
    }
    /// Without RCC_GCR.WWxRSC a window watchdog resets its own core only.
    private func honour(_ cause: ResetCause) {
        if case .windowWatchdog(let number) = cause,
            peripherals.clockControl.words[0xA0 / 4] >> UInt32(number - 1) & 1 == 0
        {
            peripherals.clockControl.note(cause)
            peripherals.windowWatchdogs[number - 1].reset()
            context.hasScheduleChanged = true
            let lane = number == 1 ? m7 : m4
            lane.core.reset(vectorTable: peripherals.options.bootAddress(core: number))
            return
        }
        enterReset(cause)
    }
    private func loseSupply() {
        context.hasLostSupply = false
        hasCoreSupply = false
        (m7.core.isHeldInReset, m4.core.isHeldInReset) = (true, true)
    }

    // MARK: Following the state

    private func clocksChanged() {
        m7.setFrequency(context.clocks.m7)
        m4.setFrequency(context.clocks.bus)
        context.hasScheduleChanged = true
        for peripheral in peripherals.timed { peripheral.updateFreeze(at: max(time, m7.local)) }
        context.needsAttention = true
    }
    /// Memories whose clock was switched appear or disappear.
    private func refreshWindows() { memories.refreshWindows(of: m7.core, matrix) }

    /// Counters with a freeze bit stop with their core.
    func settleHaltStates() {
        let isHalted = (m7: m7.core.isHalted, m4: m4.core.isHalted)
        if isHalted != context.isHalted { refreshFreeze() }
    }
    private func refreshFreeze() {
        // What has passed so far has passed in the old state.
        settlePeripherals()
        context.hasScheduleChanged = true
        context.isHalted = (m7.core.isHalted, m4.core.isHalted)
        for peripheral in peripherals.timed { peripheral.updateFreeze(at: time) }
    }
}
