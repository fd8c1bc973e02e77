// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

extension ConfigurationLibrary {
    /// The files of one kind as others build on them with `extends:`, those of families included.
    func definitions(_ kind: ConfigurationKind) -> DefinitionLibrary {
        DefinitionLibrary { name in
            let fileName = name + ".yaml"
            var entries = ConfigurationEntry.builtIn(kind).filter { $0.name == name }
            for root in paths.roots where HostFile.exists("\(root)/\(kind.rawValue)/\(fileName)") {
                entries.append(ConfigurationEntry(kind, path: "\(root)/\(kind.rawValue)/\(fileName)"))
            }
            // One that cannot be read is told as one that is missing, with its name.
            guard let entry = entries.last, let text = try? entry.text() else { return nil }
            return DefinitionLibrary.File(path: entry.label, text: text)
        }
    }
}
