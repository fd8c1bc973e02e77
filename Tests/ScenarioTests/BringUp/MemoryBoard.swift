// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CMSISDAPProbe
import DebugAccess
import DebugProbe
import EmulatedCortexM
import Essentials
import STLinkProbe
import USBTransport

@testable import SimulatedBench

/// A board that is only memory: what the access layer does on the wire of each virtual probe shows in its bytes.
final class MemoryBoard: DebugTarget {
    private(set) var now: Picoseconds = 0
    let supplyVoltage = 3.3
    var probeHoldsReset = false
    var resetPinIsHigh: Bool { !probeHoldsReset }
    let debugPinsAreConnected = true
    let accessPorts: [AccessPortIdentity] = [.core, .system, .debug]

    static let base: UInt32 = 0x2400_0000
    static let count = 16_384
    var bytes = (0..<MemoryBoard.count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8) }
    var writes: [(address: UInt32, width: UInt32)] = []

    func elapse(_ duration: Picoseconds) { now &+= duration }
    func powerCycle() {}
    func isBusy(accessPort index: Int) -> Bool { false }
    func abort(accessPort index: Int) {}
    func setPowerRequest(debug: Bool, system: Bool) {}

    private func offset(_ address: UInt32, _ width: BusWidth) -> Int? {
        let offset = Int(address &- Self.base)
        return offset + Int(width.rawValue) <= Self.count ? offset : nil
    }
    func read(accessPort index: Int, _ address: UInt32, _ width: BusWidth, csw: UInt32) -> UInt32? {
        guard let offset = offset(address, width) else { return nil }
        return (0..<Int(width.rawValue)).reversed().reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
    }
    func write(
        accessPort index: Int, _ address: UInt32, _ width: BusWidth, _ value: UInt32, csw: UInt32
    ) -> Bool {
        guard let offset = offset(address, width) else { return false }
        writes.append((address, width.rawValue))
        for byte in 0..<Int(width.rawValue) {
            bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte))
        }
        return true
    }
}

extension AccessPortIdentity {
    static let core = AccessPortIdentity(
        bus: .ahb, identification: 0x8477_0001, base: 0xE00F_E003, controlReset: 0x0380_0042,
        controlWritable: 0x7F00_0037, wrap: 0x400, isPackedCapable: true, hasSmallWidths: true)
    static let system = AccessPortIdentity(
        bus: .ahb, identification: 0x8477_0001, base: 0x2, controlReset: 0x4380_0042,
        controlWritable: 0x7F00_0037, wrap: 0x400, isPackedCapable: true, hasSmallWidths: true)
    static let debug = AccessPortIdentity(
        bus: .apb, identification: 0x5477_0002, base: 0xE00E_0003, controlReset: 0x8000_0042,
        controlWritable: 0x8000_0037, wrap: 0x400, isPackedCapable: false, hasSmallWidths: false)
}

extension SimulatedBench {
    /// Opens the bench's probe with the driver it needs.
    func openProbe() throws -> any DebugProbe {
        let device = try bus.devices()[0]
        if STLinkProbe.recognises(device) != nil {
            return try STLinkProbe(opening: device, on: bus, timebase: time, trace: .silent)
        }
        return try CMSISDAPProbe(opening: device, on: bus, timebase: time, trace: .silent)
    }
}
