// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import SimulatedBench

extension ConfigurationLibrary {
    /// The files that are in force, for the simulated bench, which reads them in its own way.
    package var descriptionFiles: DescriptionFiles {
        DescriptionFiles { name in
            guard let slash = name.firstIndex(of: "/") else { return nil }
            guard let kind = ConfigurationKind(rawValue: String(name[..<slash])) else {
                // A path that somebody gave.
                let entry = ConfigurationEntry(.boards, path: name)
                return (try? entry.text()).map { DescriptionFiles.File(path: name, text: $0) }
            }
            let fileName = name[name.index(after: slash)...]
            var entries = ConfigurationEntry.builtIn(kind).filter { $0.name + ".yaml" == fileName }
            for root in paths.roots where HostFile.exists("\(root)/\(name)") {
                entries.append(ConfigurationEntry(kind, path: "\(root)/\(name)"))
            }
            // One that cannot be read is reported as one that is missing, with its name.
            guard let entry = entries.last, let text = try? entry.text() else { return nil }
            return DescriptionFiles.File(path: entry.label, text: text)
        }
    }
}
