// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import Essentials
import TargetControl

extension WorkbenchClient {
    /// Resets the part; its cores run from their reset vectors, or the main core waits there.
    package func reset(halt: Bool) async throws(WorkbenchError) -> ResetReport {
        try await onBench { context throws(WorkbenchError) in
            try context.withStack(leaving: halt ? .halted : .resetAndRun) { stack throws(WorkbenchError) in
                let target = try stack.takeHold(preparing: false)
                guard halt else { return ResetReport(isHalted: false, programCounter: nil) }
                let counter = try doing("resetting") { () throws(CoreError) in
                    try target.core.resetAndHalt()
                    return try target.core.readRegister(.pc)
                }
                return ResetReport(isHalted: true, programCounter: counter.hex)
            }
        }
    }
}
