// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

@testable import SimulatedBench

/// The part's debug port and access ports in front of nothing but AXI SRAM: what a driver needs, and no more.
final class BareBoard: DebugTarget {
    private static let base: UInt32 = 0x2400_0000
    private var memory = [UInt8](repeating: 0, count: 0x8_0000)

    private(set) var now: Picoseconds = 0
    var supplyVoltage = 3.3
    var probeHoldsReset = false
    var resetPinIsHigh: Bool { !probeHoldsReset && supplyVoltage > 0 }
    /// As by firmware that uses the pins for itself; it does not run under reset.
    var pinsAreSwitchedOff = false
    var debugPinsAreConnected: Bool { !pinsAreSwitchedOff || probeHoldsReset }

    /// As logs of real parts show them.
    let accessPorts: [AccessPortIdentity] = [
        port(.ahb, 0x8477_0001, base: 0xe00f_e003), port(.ahb, 0x8477_0001, base: 0x0000_0002),
        port(.apb, 0x5477_0002, base: 0xe00e_0003), port(.ahb, 0x2477_0011, base: 0xe00f_f003),
    ]
    private static func port(
        _ bus: AccessPortIdentity.Bus, _ identification: UInt32, base: UInt32
    ) -> AccessPortIdentity {
        AccessPortIdentity(
            bus: bus, identification: identification, base: base,
            controlReset: bus == .ahb ? 0x4380_0042 : 0x8000_0042,
            controlWritable: bus == .ahb ? 0x7f00_0037 : 0x8000_0037, wrap: 0x400, isPackedCapable: false,
            hasSmallWidths: bus == .ahb)
    }

    func elapse(_ duration: Picoseconds) { now += duration }
    func powerCycle() {}

    private func range(_ port: Int, _ address: UInt32, _ width: BusWidth) -> Range<Int>? {
        let start = Int(address) - Int(Self.base), end = start + Int(width.rawValue)
        return port != 2 && start >= 0 && end <= memory.count ? start..<end : nil
    }
    func read(accessPort index: Int, _ address: UInt32, _ width: BusWidth, csw: UInt32) -> UInt32? {
        range(index, address, width).map { memory[$0].reversed().reduce(0) { $0 << 8 | UInt32($1) } }
    }
    func write(accessPort index: Int, _ address: UInt32, _ width: BusWidth, _ value: UInt32, csw: UInt32)
        -> Bool
    {
        guard let range = range(index, address, width) else { return false }
        for (byte, offset) in range.enumerated() {
            memory[offset] = UInt8(truncatingIfNeeded: value >> UInt32(byte * 8))
        }
        return true
    }
    func isBusy(accessPort index: Int) -> Bool { false }
    func abort(accessPort index: Int) {}
    func setPowerRequest(debug: Bool, system: Bool) {}
}
