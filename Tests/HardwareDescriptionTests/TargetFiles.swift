// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import HardwareDescription

/// The target files as the project ships them.
enum TargetFiles {
    static let names = ["stm32h745", "stm32h743"]

    static func text(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
        return try String(
            contentsOf: root.appending(path: "../../Config/targets/\(name).yaml").standardized,
            encoding: .utf8)
    }
    static func definition(_ name: String) throws -> TargetDefinition {
        try TargetDefinition(yaml: try text(name), file: "\(name).yaml", library: library)
    }

    /// The files that others build on.
    static let library = DefinitionLibrary { name throws(DefinitionLibrary.Unreadable) in
        (try? text(name)).map { .init(path: "\(name).yaml", text: $0) }
    }
}
