// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// A file that cannot be used.
package struct UnusableFile: Encodable, Sendable {
    package let origin: String
    package let problem: String
    /// The files in force that build on it, by name, which cannot be used either.
    package fileprivate(set) var affects: [String] = []

    static let schema = Schema.list(
        of: .object([
            .key("origin", .text(), "A path, or that it is built in."),
            .key("problem", .text(), "Why it cannot be used, with its place in the file."),
            .key("affects", .list(of: .text()), "Files that build on it and cannot be used either, by name."),
        ]))
}

extension [UnusableFile] {
    /// Notes that `entry` cannot be used; what is wrong with a file that several build on is told once.
    fileprivate mutating func note(_ entry: ConfigurationEntry, _ error: WorkbenchError) {
        let problem = error.summary
        var origin = entry.label
        if case .configurationInvalid(let inner as DefinitionError) = error { origin = inner.file }
        let index = firstIndex { $0.problem == problem } ?? endIndex
        if index == endIndex { append(UnusableFile(origin: origin, problem: problem)) }
        if origin != entry.label { self[index].affects.append(entry.name) }
    }
}

/// Definitions by name, with the files that could not be read as one.
package protocol DefinitionList: JobReport {
    associatedtype Definition: NamedDefinition
    var definitions: [Definition] { get }
    var unusable: [UnusableFile] { get }
    init(_ library: ConfigurationLibrary) throws(WorkbenchError)
}

package protocol NamedDefinition {
    var name: String { get }
}

/// The boards that `--board` takes.
package struct BoardListReport: DefinitionList {
    package struct Definition: NamedDefinition, Encodable, Sendable {
        package let name: String
        package let title: String
        package let target: String
        package let hasLoader: Bool
        package let origin: String
    }
    package private(set) var boards: [Definition] = []
    package var definitions: [Definition] { boards }
    package private(set) var unusable: [UnusableFile] = []

    package init(_ library: ConfigurationLibrary) throws(WorkbenchError) {
        for entry in try library.inForce(.boards) {
            do throws(WorkbenchError) {
                let board = try library.board(entry).definition
                boards.append(
                    Definition(
                        name: entry.name, title: board.title, target: board.target,
                        hasLoader: board.loader != nil, origin: entry.label))
            } catch {
                unusable.note(entry, error)
            }
        }
    }

    package static let schema = Schema.object([
        .key(
            "boards",
            .list(
                of: .object([
                    .key("name", .text(), "What --board takes."),
                    .key("title", .text(), "Board and flash."),
                    .key("target", .text(), "The target, as --target takes it."),
                    .key("hasLoader", .flag, "Whether it has a loader; if not, --loader gives one."),
                    .key("origin", .text(), "A path, or that it is built in."),
                ])), "The boards, by name."),
        .key("unusable", UnusableFile.schema, "Files that cannot be used."),
    ])
}

/// The flash parts that board files can name.
package struct FlashListReport: DefinitionList {
    package struct Definition: NamedDefinition, Encodable, Sendable {
        package let name: String
        package let title: String
        package let bytes: UInt64
        package let jedecIDs: [String]
        package let origin: String
    }
    package private(set) var parts: [Definition] = []
    package var definitions: [Definition] { parts }
    package private(set) var unusable: [UnusableFile] = []

    package init(_ library: ConfigurationLibrary) throws(WorkbenchError) {
        // Families are for files to build on.
        for entry in try library.inForce(.flash) where !entry.name.contains("/") {
            do throws(WorkbenchError) {
                let chip = try library.chip(entry)
                parts.append(
                    Definition(
                        name: entry.name, title: chip.title, bytes: UInt64(chip.size),
                        jedecIDs: chip.identifications.map { Format.octets($0, separator: "") },
                        origin: entry.label))
            } catch {
                unusable.note(entry, error)
            }
        }
    }

    package static let schema = Schema.object([
        .key(
            "parts",
            .list(
                of: .object([
                    .key("name", .text(), "What board files name it."),
                    .key("title", .text(), "Maker and part."),
                    .key("bytes", .count, "Its size, all dies together."),
                    .key("jedecIDs", .list(of: .octets), "Answers to 9Fh that are this part."),
                    .key("origin", .text(), "A path, or that it is built in."),
                ])), "The parts, by name."),
        .key("unusable", UnusableFile.schema, "Files that cannot be used."),
    ])
}

/// The targets that `--target` takes.
package struct TargetListReport: DefinitionList {
    package struct Definition: NamedDefinition, Encodable, Sendable {
        package let name: String
        package let title: String
        package let parts: [String]
        package let origin: String
    }
    package private(set) var targets: [Definition] = []
    package var definitions: [Definition] { targets }
    package private(set) var unusable: [UnusableFile] = []

    package init(_ library: ConfigurationLibrary) throws(WorkbenchError) {
        for entry in try library.inForce(.targets) {
            do throws(WorkbenchError) {
                let target = try library.target(entry)
                targets.append(
                    Definition(
                        name: entry.name, title: target.title, parts: target.parts, origin: entry.label))
            } catch {
                unusable.note(entry, error)
            }
        }
    }

    package static let schema = Schema.object([
        .key(
            "targets",
            .list(
                of: .object([
                    .key("name", .text(), "What --target takes."),
                    .key("title", .text(), "The parts, for people."),
                    .key("parts", .list(of: .text()), "The parts it describes."),
                    .key("origin", .text(), "A path, or that it is built in."),
                ])), "The targets, by name."),
        .key("unusable", UnusableFile.schema, "Files that cannot be used."),
    ])
}
