// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Every configuration file that can be named: what is built into the program, and what lies in the places searched.
///
/// Of several with the same name the one in the last place is in force.
package struct ConfigurationLibrary: Sendable {
    package let paths: InstallationPaths

    package init(_ paths: InstallationPaths) { self.paths = paths }

    /// All files of a kind that have one name, weakest first; the last one is in force.
    package struct Candidates: Hashable, Sendable {
        package let name: String
        package let entries: [ConfigurationEntry]
    }

    /// Every name there is of a kind, in name order.
    ///
    /// - Throws: ``WorkbenchError/fileUnreadable(path:reason:)`` for a directory that fails to be listed: what is in
    ///   force would not be known. One that this user may not list counts as not there.
    package func candidates(_ kind: ConfigurationKind) throws(WorkbenchError) -> [Candidates] {
        var entries = ConfigurationEntry.builtIn(kind)
        for root in paths.roots {
            let directory = "\(root)/\(kind.rawValue)"
            for fileName in try HostFile.names(in: directory).sorted() where kind.stem(of: fileName) != nil {
                entries.append(ConfigurationEntry(kind, path: "\(directory)/\(fileName)"))
            }
        }
        return Dictionary(grouping: entries, by: \.name)
            .map { Candidates(name: $0.key, entries: $0.value) }.sorted { $0.name < $1.name }
    }

    /// The names there are of a kind, sorted.
    package func names(_ kind: ConfigurationKind) throws(WorkbenchError) -> [String] {
        try candidates(kind).map(\.name)
    }

    /// What a person means by `name`: a file when it looks like one, else what is in force under that name.
    ///
    /// With a `/` it is a file; so is what ends as such files do, or any loader, when the working directory has it.
    package func entry(_ kind: ConfigurationKind, _ name: String) throws(WorkbenchError) -> ConfigurationEntry
    {
        let looksLikeFile = kind == .loaders || kind.stem(of: name) != nil
        if name.contains("/") || (looksLikeFile && HostFile.exists(name)) {
            return ConfigurationEntry(kind, path: name)
        }
        return try entryInForce(kind, name)
    }

    /// What a file of configuration means by `name`; a path starts from the directory of that file.
    func entry(
        _ kind: ConfigurationKind, _ name: String, namedBy referrer: ConfigurationEntry
    ) throws(WorkbenchError) -> ConfigurationEntry {
        guard name.contains("/") else { return try entryInForce(kind, name) }
        guard !name.hasPrefix("/"), case .file(let path) = referrer.origin,
            let slash = path.lastIndex(of: "/")
        else { return ConfigurationEntry(kind, path: name) }
        return ConfigurationEntry(kind, path: path[...slash] + name)
    }

    /// `KIND/NAME`, or a name that only one kind has.
    ///
    /// - Throws: ``WorkbenchError/configurationAmbiguous(name:kinds:)`` when several kinds have it.
    package func entryInForce(named text: String) throws(WorkbenchError) -> ConfigurationEntry {
        if let slash = text.firstIndex(of: "/"),
            let kind = ConfigurationKind(rawValue: String(text[..<slash]))
        {
            return try entryInForce(kind, String(text[text.index(after: slash)...]))
        }
        var found: [ConfigurationEntry] = []
        for kind in ConfigurationKind.allCases {
            let stem = kind.stem(of: text) ?? text
            found += try candidates(kind).filter { $0.name == stem }.compactMap(\.entries.last)
        }
        guard let entry = found.first else { throw .configurationUnknown(name: text) }
        guard found.count == 1 else {
            throw .configurationAmbiguous(name: text, kinds: found.map(\.kind))
        }
        return entry
    }

    private func entryInForce(
        _ kind: ConfigurationKind, _ name: String
    ) throws(WorkbenchError) -> ConfigurationEntry {
        let stem = kind.stem(of: name) ?? name
        let known = try candidates(kind)
        guard let found = known.first(where: { $0.name == stem })?.entries.last else {
            throw .configurationMissing(
                kind: kind, name: name, known: known.map(\.name), searched: paths.roots)
        }
        return found
    }
}
