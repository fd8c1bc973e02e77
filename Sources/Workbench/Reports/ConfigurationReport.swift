// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Every configuration file that can be named, by kind and name.
package struct ConfigurationReport: JobReport {
    package struct File: Encodable, Sendable {
        /// `targets`, `boards`, `flash`, `loaders` or `simulation`.
        package let kind: String
        package let name: String
        /// `built-in …`, or a path.
        package let origin: String
        /// Where files of the same name lie that are not in force because of this one, strongest first.
        package let overrides: [String]
    }
    package let files: [File]

    /// Of one kind, or of all when `kind` is nil.
    package init(
        _ library: ConfigurationLibrary, _ kind: ConfigurationKind?
    ) throws(WorkbenchError) {
        var files: [File] = []
        for kind in kind.map({ [$0] }) ?? ConfigurationKind.allCases {
            for candidates in try library.candidates(kind) {
                guard let inForce = candidates.entries.last else { continue }
                files.append(
                    File(
                        kind: kind.rawValue, name: candidates.name, origin: inForce.label,
                        overrides: candidates.entries.dropLast().reversed().map(\.label)))
            }
        }
        self.files = files
    }
}

/// One configuration file that is in force.
package struct ConfigurationFileReport: JobReport {
    package let kind: String
    package let name: String
    package let origin: String
    package let size: Int
    /// What it says; nil for a loader, which is no text.
    package let text: String?
    /// As it is, for whoever wants the file.
    package let bytes: [UInt8]

    private enum CodingKeys: CodingKey { case kind, name, origin, size, text }

    /// `name` is `KIND/NAME`, or a name that only one kind has.
    package init(_ library: ConfigurationLibrary, named name: String) throws(WorkbenchError) {
        let entry = try library.entryInForce(named: name)
        bytes = try entry.bytes()
        (kind, self.name, origin, size) = (entry.kind.rawValue, entry.name, entry.label, bytes.count)
        text = entry.kind == .loaders ? nil : try entry.text()
    }
}

/// Where configuration is searched, weakest first; what is built in is weaker than all of them.
package struct ConfigurationPlacesReport: JobReport {
    package struct Place: Encodable, Sendable {
        package let path: String
        package let exists: Bool
        /// Why its files are not seen; nil when they are.
        package let problem: String?
        /// How many files in it can be named.
        package let files: Int
    }
    package let builtInFiles: Int
    package let places: [Place]

    package init(_ library: ConfigurationLibrary) throws(WorkbenchError) {
        var (builtIn, files): (Int, [String: Int]) = (0, [:])
        for kind in ConfigurationKind.allCases {
            for entry in try library.candidates(kind).flatMap(\.entries) {
                switch entry.origin {
                case .builtIn: builtIn += 1
                case .file(let path):
                    for root in library.paths.roots where path.hasPrefix("\(root)/\(kind.rawValue)/") {
                        files[root, default: 0] += 1
                    }
                }
            }
        }
        builtInFiles = builtIn
        places = library.paths.roots.map {
            Place(
                path: $0, exists: HostFile.isDirectory($0), problem: HostFile.obstacle(toListing: $0),
                files: files[$0] ?? 0)
        }
    }
}

extension ConfigurationReport {
    package static let schema = Schema.object([
        .key(
            "files",
            .list(
                of: .object([
                    .key("kind", ConfigurationKind.schema, "What it describes."),
                    .key("name", .text(), "By which it can be named."),
                    .key("origin", .text(), "A path, or that it is built in."),
                    .key(
                        "overrides", .list(of: .text()),
                        "Files of the same name that it replaces, strongest first."),
                ])), "The files in force, by kind and name.")
    ])
}

extension ConfigurationFileReport {
    package static let schema = Schema.object([
        .key("kind", ConfigurationKind.schema, "What it describes."),
        .key("name", .text(), "By which it can be named."),
        .key("origin", .text(), "A path, or that it is built in."),
        .key("size", .count, "Bytes of the file."),
        .optional("text", .text(), "What it says; absent for a loader, which is no text."),
    ])
}

extension ConfigurationPlacesReport {
    package static let schema = Schema.object([
        .key("builtInFiles", .count, "Files that are built into the program."),
        .key(
            "places",
            .list(
                of: .object([
                    .key("path", .text(), "The directory."),
                    .key("exists", .flag, "Whether it is there."),
                    .optional("problem", .text(), "Why its files are not seen."),
                    .key("files", .count, "Files in it that can be named."),
                ])), "The places that are searched, weakest first."),
    ])
}

extension ConfigurationKind {
    fileprivate static let schema = Schema.word(allCases.map(\.rawValue))
}
