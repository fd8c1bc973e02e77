// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ReferenceLoader
import ShippedConfiguration

/// One configuration file: built into the program, or on the disk.
package struct ConfigurationEntry: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case builtIn
        case file(path: String)
    }
    package let kind: ConfigurationKind
    /// Without its ending, as it is named on the command line.
    package let name: String
    package let origin: Origin
    /// With its ending.
    let fileName: String

    /// A file in one of the places that are searched, or anywhere.
    init(_ kind: ConfigurationKind, path: String) {
        fileName = path.split(separator: "/").last.map(String.init) ?? path
        (self.kind, name, origin) = (kind, kind.stem(of: fileName) ?? fileName, .file(path: path))
    }

    private init(_ kind: ConfigurationKind, builtIn fileName: String, name: String) {
        (self.kind, self.name, self.fileName, origin) = (kind, name, fileName, .builtIn)
    }

    /// What messages call it: its path, or where it stands inside the program.
    package var label: String {
        switch origin {
        case .builtIn: "built-in \(kind.rawValue)/\(fileName)"
        case .file(let path): path
        }
    }

    /// - Throws: ``WorkbenchError/fileUnreadable(path:reason:)``, when it cannot be read or is too large to be what it
    ///   should be.
    package func bytes() throws(WorkbenchError) -> [UInt8] {
        switch origin {
        case .file(let path): return try HostFile.read(path, limit: kind.sizeLimit)
        case .builtIn:
            let bytes =
                kind == .loaders
                ? ReferenceLoader.bytes(of: fileName)
                : ShippedConfiguration.bytes(of: "\(kind.rawValue)/\(fileName)")
            guard let bytes else { preconditionFailure("\(label) was listed by the module that holds it") }
            return bytes
        }
    }

    /// - Throws: also when it is not UTF-8.
    package func text() throws(WorkbenchError) -> String {
        guard let text = String(validating: try bytes(), as: UTF8.self) else {
            throw .fileUnreadable(path: label, reason: "it is not UTF-8 text")
        }
        return text
    }

    /// What is built into the program, in name order.
    static func builtIn(_ kind: ConfigurationKind) -> [ConfigurationEntry] {
        let names: [String] =
            switch kind {
            case .loaders: ReferenceLoader.names
            default:
                ShippedConfiguration.names.filter { $0.hasPrefix("\(kind.rawValue)/") }
                    .map { String($0.dropFirst(kind.rawValue.count + 1)) }
            }
        return names.compactMap { fileName in
            kind.stem(of: fileName).map { ConfigurationEntry(kind, builtIn: fileName, name: $0) }
        }
    }
}

extension ConfigurationKind {
    /// A configuration file is a few kilobytes; a loader a few hundred, with debug information a few megabytes.
    fileprivate var sizeLimit: Int { self == .loaders ? 64 << 20 : HostFile.configurationLimit }
}
