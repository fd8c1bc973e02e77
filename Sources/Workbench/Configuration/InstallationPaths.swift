// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Where configuration and loaders are looked for, weakest first: beside the binary's install prefix, in
/// `/etc/extflash`, in `~/.config/extflash`.
///
/// A later place wins over an earlier one.
package struct InstallationPaths: Sendable {
    /// Directories that may hold `targets/`, `boards/`, `flash/` and `loaders/`.
    package let roots: [String]

    package init(roots: [String]) { self.roots = roots }

    /// The places of this process.
    ///
    /// `EXTFLASH_CONFIG` adds one that wins over all others.
    package static func current(environment: [String: String] = ProcessInfo.processInfo.environment) -> Self {
        var roots: [String] = []
        if let executable = executablePath() { roots += shipped(beside: executable) }
        roots.append("/etc/extflash")
        let home = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { $0 + "/.config" }
        if let home { roots.append(home + "/extflash") }
        if let explicit = environment["EXTFLASH_CONFIG"], !explicit.isEmpty { roots.append(explicit) }
        return Self(roots: roots)
    }

    /// An installed binary has `PREFIX/share/extflash`; one in a build tree has the package's `Config` above it and
    /// the loaders the build made beside it.
    private static func shipped(beside executable: URL) -> [String] {
        let directory = executable.deletingLastPathComponent()
        let share = directory.deletingLastPathComponent().appending(path: "share/extflash")
        if isDirectory(share) { return [share.path] }
        var roots: [String] = []
        var ancestor = directory
        while ancestor.path != "/" {
            let config = ancestor.appending(path: "Config")
            if isDirectory(config), exists(ancestor.appending(path: "Package.swift")) {
                roots.append(config.path)
                break
            }
            ancestor.deleteLastPathComponent()
        }
        let resources = directory.appending(path: "extflash_ReferenceLoader.resources")
        if isDirectory(resources) { roots.append(resources.path) }
        return roots
    }

    /// Every file called `name` + extension in `folder`, the winning one last.
    func files(_ name: String, in folder: String, extensions: [String]) -> [String] {
        roots.flatMap { root in
            extensions.flatMap { ["\(root)/\(folder)/\(name).\($0)", "\(root)/\(name).\($0)"] }
        }.filter { FileManager.default.fileExists(atPath: $0) }
    }

    /// Names (without extension) of everything in `folder`, sorted, each once.
    func names(in folder: String, extension suffix: String) -> [String] {
        var names: Set<String> = []
        for root in roots {
            // A root that does not exist simply has nothing to offer.
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
            names.formUnion(
                entries.filter { $0.hasSuffix(".\(suffix)") }.map { String($0.dropLast(suffix.count + 1)) })
        }
        return names.sorted()
    }

    private static func executablePath() -> URL? {
        // The link is always there on Linux unless /proc is not mounted; then only the system places are searched.
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return nil
        }
        return URL(filePath: path)
    }
    private static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
    private static func isDirectory(_ url: URL) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }
}
