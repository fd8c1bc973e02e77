// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// FP_CTRL, the breakpoint unit (ARMv7-M ARM §C1.11.3).
enum BreakpointControl: Register {
    static let name = "FP_CTRL"
    static let fields = Fields()
    struct Fields: Sendable {
        /// 0: version 1, code region only; 1: version 2, any address.
        let revision = Field<UInt8, ReadOnly>(28...31)
        let codeComparatorsHigh = Field<UInt8, ReadOnly>(12...14)
        let codeComparatorsLow = Field<UInt8, ReadOnly>(4...7)
        /// Writes without it are ignored.
        let key = Field<Bool, ReadWrite>(1)
        let enable = Field<Bool, ReadWrite>(0)
    }

    static let disabled: UInt32 = control(enable: false)
    static func control(enable: Bool) -> UInt32 {
        var value = RegisterValue<BreakpointControl>()
        (value.key, value.enable) = (true, enable)
        return value.rawValue
    }
}

extension RegisterValue<BreakpointControl> {
    var comparatorCount: Int { Int(self.codeComparatorsHigh) << 4 | Int(self.codeComparatorsLow) }
}

extension Core {
    /// Sets a hardware breakpoint on an instruction.
    ///
    /// Setting it twice is the same as once.
    package func setBreakpoint(at address: UInt32) throws(CoreError) {
        let address = address & ~1
        let control = RegisterValue<BreakpointControl>(
            rawValue: try read(SystemAddress.breakpointControl, during: .breakpoint))
        if breakpoints.isEmpty { breakpoints = Array(repeating: nil, count: control.comparatorCount) }
        if breakpoints.contains(address) { return }
        guard let comparator = Self.comparator(for: address, revision: control.revision) else {
            throw .breakpointUnreachable(core: name, address: address)
        }
        guard let free = breakpoints.firstIndex(of: nil) else {
            throw .noBreakpointLeft(core: name, comparators: breakpoints.count)
        }
        try write(comparator, SystemAddress.breakpointComparator + 4 * UInt32(free), during: .breakpoint)
        try write(
            BreakpointControl.control(enable: true), SystemAddress.breakpointControl, during: .breakpoint)
        breakpoints[free] = address
    }

    package func clearBreakpoint(at address: UInt32) throws(CoreError) {
        guard let index = breakpoints.firstIndex(of: address & ~1) else { return }
        try write(0, SystemAddress.breakpointComparator + 4 * UInt32(index), during: .breakpoint)
        breakpoints[index] = nil
    }

    /// FP_COMPn (ARMv7-M ARM §C1.11.5): nil when this version cannot hold the address.
    static func comparator(for address: UInt32, revision: UInt8) -> UInt32? {
        guard revision == 0 else { return address | 1 }
        guard address < 0x2000_0000 else { return nil }
        let halfword: UInt32 = address & 2 == 0 ? 0b01 : 0b10
        return halfword << 30 | (address & 0x1FFF_FFFC) | 1
    }
}
