// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import HardwareDescription

/// The target definitions that are installed.
struct TargetCatalog {
    private let request: BenchRequest
    private let wanted: String?

    init(_ request: BenchRequest, preferring boardTarget: String? = nil) {
        self.request = request
        wanted = request.target ?? boardTarget
    }

    /// The one that was asked for, or every one that is installed, in name order: bring-up tells them apart.
    func candidates() throws(WorkbenchError) -> [TargetDefinition] {
        if let wanted { return [try definition(wanted)] }
        let names = request.paths.names(in: "targets", extension: "yaml")
        guard !names.isEmpty else {
            throw .configurationMissing(kind: "target", name: "any", known: [], searched: request.paths.roots)
        }
        var found: [TargetDefinition] = []
        for name in names { found.append(try definition(name)) }
        return found
    }

    private func definition(_ name: String) throws(WorkbenchError) -> TargetDefinition {
        let path = try ConfigurationFile.path(of: name, kind: "target", folder: "targets", in: request.paths)
        let text = try ConfigurationFile.text(at: path)
        do { return try TargetDefinition(yaml: text, file: path) } catch {
            throw .configurationInvalid(error)
        }
    }
}

/// Finding and reading configuration files.
enum ConfigurationFile {
    /// `name` is a file when it looks like one, else what is installed under that name.
    static func path(
        of name: String, kind: String, folder: String, in paths: InstallationPaths
    ) throws(WorkbenchError) -> String {
        if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return name }
        guard let path = paths.files(name, in: folder, extensions: ["yaml", "yml"]).last else {
            throw .configurationMissing(
                kind: kind, name: name, known: paths.names(in: folder, extension: "yaml"),
                searched: paths.roots)
        }
        return path
    }

    static func text(at path: String) throws(WorkbenchError) -> String {
        let bytes = try HostFile.read(path, limit: HostFile.configurationLimit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .fileUnreadable(path: path, reason: "it is not UTF-8 text")
        }
        return text
    }
}
