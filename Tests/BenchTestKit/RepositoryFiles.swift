// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
package import SimulatedBench

extension DescriptionFiles {
    /// The files of the package's `Config/`, as they lie beside the sources.
    package static let repository = DescriptionFiles { name in
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Config/\(name)")
        guard let text = try? String(contentsOf: path, encoding: .utf8) else { return nil }
        return DescriptionFiles.File(path: "Config/\(name)", text: text)
    }
}

extension BoardDescription {
    /// The board that is simulated when none is named; read once.
    package static let standard: BoardDescription = {
        do {
            return try BoardDescription(SimulationDefaults(.repository).board, files: .repository)
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}

extension BenchConfiguration {
    /// The bench that is simulated when nothing else is asked for.
    package init() { self.init(board: .standard, files: .repository) }

    package init(selector: String) throws(BenchError) {
        try self.init(selector: selector, files: .repository)
    }
}
