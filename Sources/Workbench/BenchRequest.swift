// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// How to take hold of the target.
package enum ConnectMode: String, CaseIterable, Sendable {
    case normal
    case underReset = "under-reset"
    /// The cores keep running; only for looking.
    case hot
}

/// Where a loader's stack and buffers go.
package enum RAMLayout: String, CaseIterable, Sendable {
    /// Stack of 8 KiB or more with a guard, zeroed .bss: what makes loaders work.
    case spacious
    /// As ST's tool lays it out, 1 KiB of stack and .bss not cleared: to see why a loader fails there.
    case vendor
}

/// Which bench a job is for, and how to reach its target.
package struct BenchRequest: Sendable {
    package var probe: ProbeSelector
    package var paths: InstallationPaths
    /// Target definition by name or file; nil: what the board says.
    package var target: String?
    /// Board by name or file; nil: the seed board.
    package var board: String?
    /// Loader file that replaces the board's.
    package var loader: String?
    package var speed: Hertz?
    package var connect: ConnectMode = .normal
    /// Where stack and buffers go around the loader.
    package var layout: RAMLayout = .spacious

    package init(probe: ProbeSelector, paths: InstallationPaths) { (self.probe, self.paths) = (probe, paths) }
}
