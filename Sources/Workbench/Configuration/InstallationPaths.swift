// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Directories with configuration that wins over what is built into the program, weakest first: beside the binary's
/// install prefix, `/etc/extflash`, `~/.config/extflash`, `$EXTFLASH_CONFIG`.
///
/// A later place wins over an earlier one. None has to exist.
package struct InstallationPaths: Hashable, Sendable {
    /// Directories that may hold `targets/`, `boards/`, `flash/`, `loaders/` and `simulation/`.
    package let roots: [String]

    package init(roots: [String]) { self.roots = roots }

    /// The places of this process.
    package static func current(environment: [String: String] = ProcessInfo.processInfo.environment) -> Self {
        var roots: [String] = []
        if let prefix = executablePrefix() { roots.append(prefix + "/share/extflash") }
        roots.append("/etc/extflash")
        // The XDG base directory specification: a variable that is set but empty counts as not set.
        if let directory = environment["XDG_CONFIG_HOME"], !directory.isEmpty {
            roots.append(directory + "/extflash")
        } else if let home = environment["HOME"], !home.isEmpty {
            roots.append(home + "/.config/extflash")
        }
        if let explicit = environment["EXTFLASH_CONFIG"], !explicit.isEmpty { roots.append(explicit) }
        return Self(roots: roots)
    }

    /// `/usr/local` of `/usr/local/bin/extflash`; nil for a binary that is not in a directory called `bin`.
    private static func executablePrefix() -> String? {
        // The link is always there on Linux unless /proc is not mounted; then only the other places are searched.
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return nil
        }
        let directory = URL(filePath: path).deletingLastPathComponent()
        guard directory.lastPathComponent == "bin" else { return nil }
        let prefix = directory.deletingLastPathComponent().path
        return prefix == "/" ? "" : prefix
    }
}
