// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashLoader
package import TargetControl

/// Which bench a job is for, and how to reach its target.
package struct BenchRequest: Sendable {
    package var probe: ProbeSelector
    package var paths: InstallationPaths
    /// Target definition by name or file; nil: what the board says.
    package var target: String?
    /// Board by name or file; nil: the only one with a loader, or none for a loader that is named.
    package var board: String?
    /// Loader file that replaces the board's.
    package var loader: String?
    package var speed: Hertz?
    package var connect: ConnectMode = .normal
    /// Where stack and buffers go around the loader.
    package var layout: LoaderLayout.Style = .spacious
    /// What erases, programs and reads after the loader's Init.
    package var engine = EngineChoice.auto

    package init(probe: ProbeSelector, paths: InstallationPaths) { (self.probe, self.paths) = (probe, paths) }
}
