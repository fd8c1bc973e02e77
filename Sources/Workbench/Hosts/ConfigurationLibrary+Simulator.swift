// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import SimulatedBench

extension ConfigurationLibrary {
    /// The files that are in force, for the simulated bench, which reads them in its own way.
    package var descriptionFiles: DescriptionFiles { descriptionFiles(adding: nil) }

    /// The same, and one by its path that is on no disk.
    func descriptionFiles(adding file: (path: String, text: String)?) -> DescriptionFiles {
        DescriptionFiles { name throws(DescriptionFiles.Unreadable) in
            if let file, name == "./" + file.path {
                return DescriptionFiles.File(path: name, text: file.text)
            }
            guard let slash = name.firstIndex(of: "/") else { return nil }
            guard let kind = ConfigurationKind(rawValue: String(name[..<slash])) else {
                // A path that somebody gave.
                let entry = ConfigurationEntry(.boards, path: name)
                guard HostFile.exists(name) else { return nil }
                return try Self.file(entry, path: name)
            }
            let fileName = name[name.index(after: slash)...]
            var entries = ConfigurationEntry.builtIn(kind).filter { $0.name + ".yaml" == fileName }
            for root in paths.roots where HostFile.exists("\(root)/\(name)") {
                entries.append(ConfigurationEntry(kind, path: "\(root)/\(name)"))
            }
            guard let entry = entries.last else { return nil }
            return try Self.file(entry, path: entry.label)
        }
    }

    private static func file(
        _ entry: ConfigurationEntry, path: String
    ) throws(DescriptionFiles.Unreadable) -> DescriptionFiles.File {
        do { return DescriptionFiles.File(path: path, text: try entry.text()) } catch {
            throw DescriptionFiles.Unreadable(path: path, reason: error.unreadableReason)
        }
    }
}
