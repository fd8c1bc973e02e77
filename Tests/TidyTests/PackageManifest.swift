// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

/// What Package.swift says of targets, read as text: tests do not run the package manager.
struct PackageManifest {
    struct Target: Sendable, CustomTestStringConvertible {
        let name: String
        /// Relative to the package.
        let folder: String
        /// Targets and products.
        let dependencies: Set<String>
        var testDescription: String { name }
    }
    let targets: [Target]

    init() throws {
        let text = try String(contentsOf: SourceTree.root.appending(path: "Package.swift"), encoding: .utf8)
        let list = text[(text.range(of: "    targets: [")?.upperBound ?? text.startIndex)...]
        let calls = list.matches(of: #/\b(layer|tests|\.target|\.executableTarget|\.systemLibrary)\(/#)
        targets = calls.compactMap { call in
            let arguments = Self.arguments(list[call.range.upperBound...])
            guard let name = arguments.firstMatch(of: #/"(\w+)"/#)?.1 else { return nil }
            let isTest = call.1 == "tests"
            let folder = arguments.firstMatch(of: #/path: "([^"]+)"/#).map { String($0.1) }
            let dependencies = arguments.firstMatch(of: #/(?s)\b(?:on|of|dependencies): \[(.*?)\]/#)?.1 ?? ""
            // Products are called by their own name and then by their package's.
            var names = Set(
                dependencies.replacing(#/, package: "[^"]+"/#, with: "").matches(of: #/"([^"]+)"/#)
                    .map { String($0.1) })
            if dependencies.contains(#/\byams\b/#) { names.insert("Yams") }
            return Target(
                name: String(name), folder: folder ?? (isTest ? "Tests/\(name)" : "Sources/\(name)"),
                dependencies: names)
        }
    }

    /// Up to the parenthesis that closes the call.
    private static func arguments(_ text: Substring) -> Substring {
        var depth = 1
        let end = text.firstIndex { character in
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            return depth == 0
        }
        return text[..<(end ?? text.endIndex)]
    }
}
