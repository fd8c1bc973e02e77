// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

extension ConfigurationLibrary {
    /// The files of a kind that are in force, in name order.
    func inForce(_ kind: ConfigurationKind) throws(WorkbenchError) -> [ConfigurationEntry] {
        try candidates(kind).compactMap(\.entries.last)
    }

    /// What a file of configuration means by `name`; nil where there is nothing of that name.
    func find(
        _ kind: ConfigurationKind, _ name: String, namedBy referrer: ConfigurationEntry
    ) throws(WorkbenchError) -> ConfigurationEntry? {
        do throws(WorkbenchError) {
            let found = try entry(kind, name, namedBy: referrer)
            if case .file(let path) = found.origin, !HostFile.exists(path) { return nil }
            return found
        } catch {
            guard case .configurationMissing = error else { throw error }
            return nil
        }
    }

    func board(_ entry: ConfigurationEntry) throws(WorkbenchError) -> LoaderCatalog.Board {
        let text = try entry.text()
        do {
            return LoaderCatalog.Board(
                entry: entry, definition: try BoardDefinition(yaml: text, file: entry.label))
        } catch {
            throw .configurationInvalid(error)
        }
    }

    func chip(_ entry: ConfigurationEntry) throws(WorkbenchError) -> FlashChipDefinition {
        let text = try entry.text()
        do {
            return try FlashChipDefinition(yaml: text, file: entry.label, library: definitions(.flash))
        } catch {
            throw .configurationInvalid(error)
        }
    }

    func target(_ entry: ConfigurationEntry) throws(WorkbenchError) -> TargetDefinition {
        let text = try entry.text()
        do {
            return try TargetDefinition(yaml: text, file: entry.label, library: definitions(.targets))
        } catch {
            throw .configurationInvalid(error)
        }
    }
}
