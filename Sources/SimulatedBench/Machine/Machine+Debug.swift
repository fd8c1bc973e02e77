// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// What the access ports reach.
extension Machine {
    var supplyVoltage: Double { configuration.targetIsPowered ? configuration.board.volts : 0 }
    var resetPinIsHigh: Bool { configuration.targetIsPowered && !isInReset }
    /// Also false when the core has lost its supply: nothing answers then.
    var debugPinsAreConnected: Bool { hasCoreSupply && peripherals.pins.carriesDebugPins }

    // MARK: Identities

    /// One that is not powered does not acknowledge within any time.
    var debugPort: DebugPortIdentity {
        var identity = DebugPortIdentity.stm32h745
        if configuration.debugFault == .unpowered { identity.powerUpDelay = 1 << 62 }
        return identity
    }
    var accessPorts: [AccessPortIdentity] {
        if configuration.debugFault == .noPorts { return [] }
        var ports = [Self.firstCorePort, Self.interconnectPort, Self.debugBusPort]
        if part.hasSecondCore { ports.append(secondCorePort) }
        return ports
    }
    /// DeviceEn is set; HPROT[3:0] starts as privileged data, and HNONSEC exists.
    private static let firstCorePort = AccessPortIdentity(
        bus: .ahb, identification: 0x8477_0001, base: 0xE00F_E003, controlReset: 0x0300_0042,
        controlWritable: 0x4F00_0037, wrap: 1024, isPackedCapable: true, hasSmallWidths: true)
    private static let interconnectPort = AccessPortIdentity(
        bus: .ahb, identification: 0x8477_0001, base: 0x0000_0002, controlReset: 0x4300_0042,
        controlWritable: 0x4F00_0037, wrap: 1024, isPackedCapable: true, hasSmallWidths: true)
    private static let debugBusPort = AccessPortIdentity(
        bus: .apb, identification: 0x5477_0002, base: 0xE00E_0003, controlReset: 0x8000_0042,
        controlWritable: 0x8000_0030, wrap: 1024, isPackedCapable: false, hasSmallWidths: false)
    /// Only HPROT1 and MasterType exist.
    ///
    /// Without a clock in its domain the port does not give its identity.
    private var secondCorePort: AccessPortIdentity {
        AccessPortIdentity(
            bus: .ahb, identification: isSecondDomainDead ? 0x0003_0003 : 0x2477_0011, base: 0xE00F_F003,
            controlReset: 0x2300_0042, controlWritable: 0x2200_0037, wrap: 4096, isPackedCapable: true,
            hasSmallWidths: true)
    }

    // MARK: Who answers

    /// AP3 has no clock: the M4 was never started, or sleeps deeply without DBGSTOP_D2.
    private var isSecondDomainDead: Bool {
        !m4.isClocked || m4.core.isDeepSleep && !peripherals.debugMCU.keepsSecondDomainInStop
    }
    private var isFirstDomainStopped: Bool {
        m7.core.isDeepSleep && !peripherals.debugMCU.keepsFirstDomainInStop
    }
    /// A sleeping core's bus has no clock unless DBGSLEEP_Dx keeps it.
    private func isAsleep(_ lane: CoreLane) -> Bool {
        let debug = peripherals.debugMCU
        let isKept = lane === m7 ? debug.keepsFirstDomainInSleep : debug.keepsSecondDomainInSleep
        return lane.core.isSleeping && !lane.core.isDeepSleep && !isKept
    }

    /// Whether AP `index` can reach `address` at all.
    private func answers(_ index: Int, _ address: UInt32) -> Bool {
        guard hasCoreSupply else { return false }
        let isPrivate = address >> 20 == 0xE00
        switch index {
        case 0:
            if isFirstDomainStopped || isAsleep(m7) { return false }
            if isPrivate { return answersPrivately(address) }
        case 1: if isFirstDomainStopped || isPrivate { return false }
        case 2: return isPrivate && address & 0xF_FFFF >= 0xE_0000
        case 3:
            if !part.hasSecondCore || isSecondDomainDead || isAsleep(m4) { return false }
            if isPrivate { return true }
        default: return false
        }
        // With nRST low the bus matrices are in reset; the cores' debug registers are not.
        return !isInReset
    }
    /// The M7's trace components and the identification registers of all need D1DBGCKEN, and the core out of reset.
    private func answersPrivately(_ address: UInt32) -> Bool {
        let isTrace = [0xE0041, 0xE0043].contains(address >> 12)
        let isIdentification = address & 0xFFF >= 0xFA0 && address >> 12 < 0xE00FE
        guard isTrace || isIdentification else { return true }
        return peripherals.debugMCU.clocksFirstDomainDebug && !isInReset
    }

    func isBusy(accessPort index: Int) -> Bool { context.isInterconnectStalled && index <= 1 }
    /// The access is given up, but the bus it hangs on stays stuck until a reset.
    func abort(accessPort index: Int) {}
    func setPowerRequest(debug: Bool, system: Bool) {}

    // MARK: Accesses

    /// Nil with ``isBusy(accessPort:)`` true afterwards: the access has not ended, and will not.
    func read(accessPort index: Int, _ address: UInt32, _ width: BusWidth, csw: UInt32) -> UInt32? {
        note(csw, of: index)
        guard answers(index, address) else { return nil }
        if index == 2 { return matrix.debugBus.read(address & 0x1_FFFF, access(width, .ap1)) }
        let lane = index == 3 ? m4 : m7
        if address >> 20 == 0xE00, index != 1 { return lane.core.debugRead(address, width) }
        guard !isBusy(accessPort: index) else { return nil }
        let value = matrix.read(address, access(width, index == 0 ? .ap0 : index == 1 ? .ap1 : .ap3))
        finishAccess()
        return isBusy(accessPort: index) ? nil : value
    }
    func write(accessPort index: Int, _ address: UInt32, _ width: BusWidth, _ value: UInt32, csw: UInt32)
        -> Bool
    {
        note(csw, of: index)
        guard answers(index, address) else { return false }
        if index == 2 { return matrix.debugBus.write(address & 0x1_FFFF, value, access(width, .ap1)) }
        let lane = index == 3 ? m4 : m7
        if address >> 20 == 0xE00, index != 1 {
            let isOkay = lane.core.debugWrite(address, width, value)
            settleHaltStates()
            return isOkay
        }
        guard !isBusy(accessPort: index) else { return false }
        let isOkay = matrix.write(
            address, value, access(width, index == 0 ? .ap0 : index == 1 ? .ap1 : .ap3))
        finishAccess()
        return isOkay
    }
    private func access(_ width: BusWidth, _ master: BusMaster) -> Access {
        context.readyAt = time
        return Access(width: width, master: master, now: time)
    }
    /// A peripheral that made the access wait did so while the cores went on.
    private func finishAccess() {
        let readyAt = context.readyAt
        if readyAt > time { elapse(readyAt - time) }
    }
    /// AP2 with DbgSwEnable cleared hides APB-D from the cores and the AHB ports until power-on.
    private func note(_ csw: UInt32, of index: Int) {
        if index == 2, csw >> 31 == 0 { matrix.isDebugBusHidden = true }
    }
}
