// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

extension ConfigurationLibrary {
    /// The files of one kind as others build on them with `extends:`, those of families included.
    func definitions(_ kind: ConfigurationKind) -> DefinitionLibrary {
        DefinitionLibrary { name throws(DefinitionLibrary.Unreadable) in
            let fileName = name + ".yaml"
            var entries = ConfigurationEntry.builtIn(kind).filter { $0.name == name }
            for root in paths.roots where HostFile.exists("\(root)/\(kind.rawValue)/\(fileName)") {
                entries.append(ConfigurationEntry(kind, path: "\(root)/\(kind.rawValue)/\(fileName)"))
            }
            guard let entry = entries.last else { return nil }
            do throws(WorkbenchError) {
                return DefinitionLibrary.File(path: entry.label, text: try entry.text())
            } catch {
                throw DefinitionLibrary.Unreadable(path: entry.label, reason: error.unreadableReason)
            }
        }
    }
}

extension WorkbenchError {
    /// Why a file could not be read, in a clause.
    var unreadableReason: String { if case .fileUnreadable(_, let reason) = self { reason } else { summary } }
}
