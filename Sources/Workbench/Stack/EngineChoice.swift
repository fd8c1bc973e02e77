// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashAgent
import FlashLoader
import FlashProgramming

/// What works on the flash once a loader's Init has set it up.
package enum EngineChoice: String, CaseIterable, Hashable, Sendable {
    /// The agent where it can take the flash over, else the loader.
    case auto
    /// Our own agent; an error where it cannot.
    case agent
    /// The loader's own functions.
    case loader

    /// The engine for a loader that is initialised.
    ///
    /// With `isOurs` the loader is one that ships, or was made here: it leaves the flash's protection alone.
    func engine(
        for loader: LoadedLoader, isOurs: Bool, _ trace: Trace
    ) throws(WorkbenchError) -> any FlashEngine {
        // The agent ends no protection either; the loader's own functions may.
        let isLeftToLoader = self == .auto && !isOurs && loader.protection != nil
        if isLeftToLoader {
            trace(.step, "the loader's own functions are called", ["because": "the flash is write-protected"])
        }
        if self != .loader, !isLeftToLoader {
            do throws(AgentAdoptionFailure) { return try AgentEngine.adopting(loader) } catch {
                switch error {
                case .refused(let refusal) where self == .auto:
                    trace(.step, "the loader's own functions are called", ["because": refusal.summary])
                case .refused(let refusal): throw .step("handing the flash to the agent", refusal)
                case .failed(let failure): throw .step("handing the flash to the agent", failure)
                case .geometry(let failure):
                    throw .step("reading the loader's description of its flash", failure)
                }
            }
        }
        return try doing("reading the loader's description of its flash") { () throws(FlashError) in
            try LoaderEngine(loader, mayUnprotect: !isOurs)
        }
    }
}
