// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

extension Core {
    /// Switches all comparators off: a debugger's leftovers would stop a function in the middle.
    ///
    /// What they held is kept for ``restoreDebugUnits()``.
    func clearDebugUnits() throws(CoreError) {
        watches = []
        let units = try readDebugUnits()
        if debugUnitsFound == nil { debugUnitsFound = units }
        try access(.clean) { () throws(DebugAccessError) in
            try memory.writeWord(BreakpointControl.disabled, at: SystemAddress.breakpointControl)
            try memory.writeWords(
                units.breakpoints.map { _ in 0 }, at: SystemAddress.breakpointComparator)
            for index in units.watchpoints.indices {
                try memory.writeWord(0, at: SystemAddress.watchpoint(index) + WatchpointOffset.function)
            }
        }
    }

    private func readDebugUnits() throws(CoreError) -> DebugUnits {
        try access(.clean) { () throws(DebugAccessError) in
            // Without it the watchpoint unit's registers need not answer.
            var monitor = RegisterValue<DebugExceptionMonitor>(
                rawValue: try memory.readWord(at: SystemAddress.debugExceptionMonitor))
            monitor.traceEnable = true
            try memory.writeWord(monitor.rawValue, at: SystemAddress.debugExceptionMonitor)
            let control = RegisterValue<BreakpointControl>(
                rawValue: try memory.readWord(at: SystemAddress.breakpointControl))
            let breakpoints = try memory.readWords(
                control.comparatorCount, at: SystemAddress.breakpointComparator)
            let count = Int(
                RegisterValue<WatchpointControl>(
                    rawValue: try memory.readWord(at: SystemAddress.watchpointControl)
                ).comparatorCount)
            let words = try memory.readWords(4 * count, at: SystemAddress.watchpoint(0))
            return DebugUnits(
                breakpointControl: control, breakpoints: breakpoints,
                watchpoints: (0..<count).map {
                    DebugUnits.Watchpoint(
                        comparator: words[4 * $0], mask: words[4 * $0 + 1], function: words[4 * $0 + 2])
                })
        }
    }

    /// Puts the comparators back as they were before ``cleanForCalls()``: what is left to others is theirs again.
    ///
    /// A reset of the system does not reach them (ARMv7-M ARM §C1.3), so they are put back before one as well.
    package func restoreDebugUnits() throws(CoreError) {
        guard let found = debugUnitsFound else { return }
        watches = []
        try access(.restore) { () throws(DebugAccessError) in
            for (index, watchpoint) in found.watchpoints.enumerated() {
                let address = SystemAddress.watchpoint(index)
                // Off while it holds half of the old and half of the new.
                try memory.writeWord(0, at: address + WatchpointOffset.function)
                try memory.writeWords(
                    [watchpoint.comparator, watchpoint.mask, watchpoint.function], at: address)
            }
            try memory.writeWords(found.breakpoints, at: SystemAddress.breakpointComparator)
            try memory.writeWord(
                BreakpointControl.control(enable: found.breakpointControl.enable),
                at: SystemAddress.breakpointControl)
        }
        debugUnitsFound = nil
    }
}
