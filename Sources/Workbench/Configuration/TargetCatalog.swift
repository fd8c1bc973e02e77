// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// The target definitions of a job.
struct TargetCatalog {
    private let request: BenchRequest
    private let library: ConfigurationLibrary

    init(_ request: BenchRequest) {
        self.request = request
        library = ConfigurationLibrary(request.paths)
    }

    /// The one that was asked for, or every one there is, in name order: bring-up tells them apart.
    func candidates() throws(WorkbenchError) -> [TargetDefinition] {
        if let wanted = request.target { return [try library.target(library.entry(.targets, wanted))] }
        var found: [TargetDefinition] = []
        for name in try library.names(.targets) {
            found.append(try library.target(library.entry(.targets, name)))
        }
        return found
    }
}
