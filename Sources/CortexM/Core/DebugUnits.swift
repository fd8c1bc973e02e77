// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The breakpoint and watchpoint comparators of a core, as they were found.
struct DebugUnits: Hashable, Sendable {
    struct Watchpoint: Hashable, Sendable {
        var comparator: UInt32, mask: UInt32, function: UInt32
    }

    /// FP_CTRL.
    var breakpointControl: RegisterValue<BreakpointControl>
    /// FP_COMPn.
    var breakpoints: [UInt32]
    var watchpoints: [Watchpoint]
}
