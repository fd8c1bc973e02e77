// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Where the texts of the description files come from: the shell, which knows the folders they lie in.
package struct DescriptionFiles: Sendable {
    /// A file as found.
    package struct File: Sendable {
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
    private let find: @Sendable (String) throws(Unreadable) -> File?

    /// `find` gives the file of a name such as `flash/w25q128jv.yaml` or `boards/NAME.yaml`; nil if there is none.
    package init(_ find: @escaping @Sendable (_ name: String) throws(Unreadable) -> File?) {
        self.find = find
    }

    /// The root of a file in a folder of `Config`; `name` is without folder and `.yaml`.
    ///
    /// Throws `BenchError.descriptionMissing`, and `.description` for text that is not YAML.
    func node(_ name: String, in folder: String) throws(BenchError) -> DescriptionNode {
        guard let file = try file("\(folder)/\(name).yaml") else {
            throw .descriptionMissing(name, folder: folder)
        }
        return try DescriptionNode(text: file.text, file: file.path)
    }

    /// The root of a file anywhere, as somebody named it.
    ///
    /// Throws as `node(_:in:)` does; a path never stands for a file of `Config`.
    func node(at path: String) throws(BenchError) -> DescriptionNode {
        guard let file = try file(path.hasPrefix("/") ? path : "./" + path) else {
            throw .descriptionMissing(path, folder: "")
        }
        return try DescriptionNode(text: file.text, file: file.path)
    }

    private func file(_ name: String) throws(BenchError) -> File? {
        do { return try find(name) } catch {
            throw .descriptionUnreadable(error.path, reason: error.reason)
        }
    }
}
