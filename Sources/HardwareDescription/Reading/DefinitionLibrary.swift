// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The files that a file may build on with `extends:`, by name.
///
/// Where they lie is the shell's business.
package struct DefinitionLibrary: Sendable {
    package struct File: Hashable, Sendable {
        /// For messages.
        package var path: String
        package var text: String
        package init(path: String, text: String) { (self.path, self.text) = (path, text) }
    }
    /// A file that is there and cannot be read: something else than one that is missing.
    package struct Unreadable: Error, Hashable, Sendable {
        package let path: String
        /// In words: `permission denied`.
        package let reason: String

        package init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }
    }
    let find: @Sendable (String) throws(Unreadable) -> File?

    /// - Parameter find: gives the file of a name such as `family/winbond`, without folder and `.yaml`; nil if there is none.
    package init(_ find: @escaping @Sendable (_ name: String) throws(Unreadable) -> File?) {
        self.find = find
    }

    /// No file at all.
    package static let empty = DefinitionLibrary { _ in nil }
}

extension DefinitionNode {
    /// A family, its family, and so on: more is a mistake or a loop.
    private static let generations = 6
    /// Keys that say something of the file itself.
    private static let ownKeys: Set = ["name", "title", "abstract", "extends"]

    /// The entries of this file and of those it builds on with `extends:`.
    ///
    /// `keys` are all that such a file may have, and `schema` is that of every one of them. The lists that `lists` names are
    /// joined: an entry of the file takes the place of inherited ones with the same value of the key that stands there.
    func inheriting(
        _ keys: [String], schema: UInt64, joining lists: [String: String] = [:],
        from library: DefinitionLibrary, generation: Int = 1
    ) throws(DefinitionError) -> DefinitionMapping {
        _ = try self.schema(in: schema...schema)
        var own = try mapping([], optional: keys)
        guard let parent = own.optional("extends") else { return own }
        let name = try parent.text
        guard generation < Self.generations else { throw parent.failure(.tooManyAncestors(Self.generations)) }
        let found: DefinitionLibrary.File?
        do { found = try library.find(name) } catch {
            throw parent.failure(.unreadableFile(error.path, error.reason))
        }
        guard let file = found else { throw parent.failure(.missingFile(name)) }
        let base = try DefinitionNode(text: file.text, file: file.path)
            .inheriting(
                keys, schema: schema, joining: lists, from: library, generation: generation + 1)
        for (key, inherited) in base.values where !Self.ownKeys.contains(key) {
            if let value = own.values[key] {
                guard let identity = lists[key] else { continue }
                own.values[key] = try Self.joined(value, to: inherited, by: identity)
            } else {
                own.values[key] = inherited
            }
        }
        return own
    }

    /// Entries of `list` in the place of inherited ones with the same `identity`, then the others.
    private static func joined(
        _ list: DefinitionNode, to inherited: DefinitionNode, by identity: String
    ) throws(DefinitionError) -> DefinitionNode {
        var own: [(identity: String, node: DefinitionNode)] = []
        for entry in try list.list(upTo: listLimit) { own.append((try entry.identity(identity), entry)) }
        var result: [DefinitionNode] = []
        var placed: Set<String> = []
        func place(_ name: String) throws(DefinitionError) {
            guard placed.insert(name).inserted else { return }
            for entry in own where entry.identity == name {
                if !(try entry.node.isAbsent()) { result.append(entry.node) }
            }
        }
        for entry in try inherited.list(upTo: listLimit) {
            let name = try entry.identity(identity)
            if own.contains(where: { $0.identity == name }) { try place(name) } else { result.append(entry) }
        }
        for entry in own { try place(entry.identity) }
        return list.replacingEntries(result)
    }

    /// Which of the schemas a file is written in.
    func schema(in allowed: ClosedRange<UInt64>) throws(DefinitionError) -> UInt64 {
        guard let value = try value(of: "schema") else { throw failure(.missingKey("schema")) }
        return try value.integer(in: allowed)
    }

    /// Entries of a list that may be joined.
    static let listLimit = 128
}
