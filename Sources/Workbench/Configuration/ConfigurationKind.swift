// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The kinds of configuration files; the raw value is the folder they lie in.
package enum ConfigurationKind: String, CaseIterable, Hashable, Sendable {
    case targets, boards, flash, loaders, simulation

    /// What one file describes, for messages.
    package var title: String {
        switch self {
        case .targets: "target"
        case .boards: "board"
        case .flash: "flash chip"
        case .loaders: "loader"
        case .simulation: "simulation"
        }
    }

    /// Endings of file names, the usual one first.
    var extensions: [String] { self == .loaders ? ["stldr"] : ["yaml", "yml"] }

    /// The name of the file called `fileName`, without its ending; nil when it is of another kind.
    func stem(of fileName: String) -> String? {
        for suffix in extensions where fileName.hasSuffix(".\(suffix)") {
            let stem = fileName.dropLast(suffix.count + 1)
            return stem.isEmpty ? nil : String(stem)
        }
        return nil
    }

    /// What lists all files of the kind.
    var listCommand: String {
        switch self {
        case .boards: "extflash board list"
        case .flash: "extflash flash list"
        case .targets: "extflash target list"
        case .loaders, .simulation: "extflash config list \(rawValue)"
        }
    }
}
