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
        if let wanted = request.target { return [try read(library.entry(.targets, wanted))] }
        var found: [TargetDefinition] = []
        for name in try library.names(.targets) { found.append(try read(library.entry(.targets, name))) }
        return found
    }

    private func read(_ entry: ConfigurationEntry) throws(WorkbenchError) -> TargetDefinition {
        let text = try entry.text()
        do { return try TargetDefinition(yaml: text, file: entry.label) } catch {
            throw .configurationInvalid(error)
        }
    }
}
