// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

@testable import SimulatedBench

/// A board whose memory is what the test says, behind whichever debug port and access ports it names.
final class ScriptedTarget: DebugTarget {
    private(set) var now: Picoseconds = 0
    var supplyVoltage = 3.3
    var probeHoldsReset = false
    var resetPinIsHigh: Bool { !probeHoldsReset && supplyVoltage > 0 }
    var debugPinsAreConnected = true
    var debugPort = DebugPortIdentity.stm32h745
    var accessPorts: [AccessPortIdentity] = [.testAHB, .testAPB]

    /// Words by address; what is not here is a bus error, or reads as `unmapped`.
    var memory: [UInt32: UInt32] = [:]
    var unmapped: UInt32?
    /// Accesses in the order they were made.
    private(set) var accesses: [Access] = []
    var busyPorts: Set<Int> = []
    /// An access here never ends: its port is busy from then on.
    var hangingAddresses: Set<UInt32> = []
    /// Access ports get free by themselves at this moment.
    var busyUntil: Picoseconds?
    private(set) var aborted: [Int] = []
    private(set) var powerRequests: [Power] = []

    struct Access: Equatable {
        var port: Int, address: UInt32, width: UInt32
        var written: UInt32?
        var csw: UInt32
        var time: Picoseconds
    }
    struct Power: Equatable { var debug: Bool, system: Bool }

    func elapse(_ duration: Picoseconds) { now += duration }
    private(set) var powerCycles = 0
    func powerCycle() { powerCycles += 1 }

    func read(accessPort index: Int, _ address: UInt32, _ width: BusWidth, csw: UInt32) -> UInt32? {
        accesses.append(
            Access(port: index, address: address, width: width.rawValue, written: nil, csw: csw, time: now))
        if hangingAddresses.contains(address) { busyPorts.insert(index) }
        guard !busyPorts.contains(index), let word = memory[address & ~3] ?? unmapped else { return nil }
        let mask: UInt32 = width == .word ? .max : 1 << (width.rawValue * 8) - 1
        return word >> (address & 3 * 8) & mask
    }
    func write(accessPort index: Int, _ address: UInt32, _ width: BusWidth, _ value: UInt32, csw: UInt32)
        -> Bool
    {
        accesses.append(
            Access(port: index, address: address, width: width.rawValue, written: value, csw: csw, time: now))
        guard let old = memory[address & ~3] ?? unmapped else { return false }
        let mask: UInt32 = (width == .word ? .max : 1 << (width.rawValue * 8) - 1) << (address & 3 * 8)
        memory[address & ~3] = old & ~mask | value << (address & 3 * 8) & mask
        return true
    }
    func isBusy(accessPort index: Int) -> Bool {
        if let end = busyUntil, now >= end { busyPorts = [] }
        return busyPorts.contains(index)
    }
    func abort(accessPort index: Int) {
        aborted.append(index)
        busyPorts.remove(index)
    }
    func setPowerRequest(debug: Bool, system: Bool) {
        powerRequests.append(Power(debug: debug, system: system))
    }
    func forgetAccesses() { accesses = [] }
}

extension AccessPortIdentity {
    static let testAHB = AccessPortIdentity(
        bus: .ahb, identification: 0x8477_0001, base: 0xE00F_E003, controlReset: 0x4380_0042,
        controlWritable: 0x7F00_0037, wrap: 0x400, isPackedCapable: true, hasSmallWidths: true)
    static let testAPB = AccessPortIdentity(
        bus: .apb, identification: 0x5477_0002, base: 0xE00E_0003, controlReset: 0x8000_0042,
        controlWritable: 0x8000_0037, wrap: 0x400, isPackedCapable: false, hasSmallWidths: false)
}
