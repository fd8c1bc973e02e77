// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import CortexM
import DebugAccess

/// A target as data: what `Config/targets/*.yaml` says (STUB signatures; fields grow with the layer).
package struct TargetDefinition: Sendable {
    package var name: String
    /// RAM a loader may use: AXI SRAM of the H7, 0x24000000..<0x24080000.
    package var loaderRAM: Range<UInt32>
    /// Where QUADSPI maps the flash.
    package var mappedFlash: Range<UInt32>
    /// Every memory by name, for range checks.
    package var memories: [String: Range<UInt32>]
}

/// A target that is held: M7 halted and clean, M4 parked, watchdogs frozen.
package final class HeldTarget {
    package let definition: TargetDefinition
    package let core: Core
    package init(definition: TargetDefinition, core: Core) { (self.definition, self.core) = (definition, core) }
}
