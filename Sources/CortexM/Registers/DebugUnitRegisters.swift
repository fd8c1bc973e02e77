// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// FP_CTRL, the breakpoint unit (ARMv7-M ARM §C1.11.3).
enum BreakpointControl: Register {
    static let name = "FP_CTRL"
    static let fields = Fields()
    struct Fields: Sendable {
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

/// DWT_CTRL (ARMv7-M ARM §C1.8.7).
enum WatchpointControl: Register {
    static let name = "DWT_CTRL"
    static let fields = Fields()
    struct Fields: Sendable {
        let comparatorCount = Field<UInt8, ReadOnly>(28...31)
    }
}

/// DWT_FUNCTIONn (ARMv7-M ARM §C1.8.17).
enum WatchpointFunction: Register {
    static let name = "DWT_FUNCTION"
    static let fields = Fields()
    struct Fields: Sendable {
        /// Matched since the last read.
        ///
        /// Reading clears it.
        let hasMatched = Field<Bool, ReadOnly>(24)
        let action = Field<WatchpointAction, ReadWrite>(0...3)
    }
}

/// What a comparator does at a match (ARMv7-M ARM table C1-14).
enum WatchpointAction: FieldValue, Hashable {
    case off
    case stopAtStore
    case other(UInt8)

    init(fieldBits: UInt32) {
        self =
            switch fieldBits {
            case 0: .off
            case 6: .stopAtStore
            default: .other(UInt8(truncatingIfNeeded: fieldBits))
            }
    }
    var fieldBits: UInt32 {
        switch self {
        case .off: 0
        case .stopAtStore: 6
        case .other(let bits): UInt32(bits)
        }
    }
}

/// Registers of a watchpoint comparator, from its DWT_COMPn.
enum WatchpointOffset {
    static let function: UInt32 = 8
}
