// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials

/// The target's debug port (STUB signatures; the body comes with the layer).
package final class DebugPort {
    package let probe: any DebugProbe
    package let timebase: any Timebase
    package let trace: Trace

    package init(probe: any DebugProbe, timebase: any Timebase, trace: Trace) {
        (self.probe, self.timebase, self.trace) = (probe, timebase, trace)
    }
}
