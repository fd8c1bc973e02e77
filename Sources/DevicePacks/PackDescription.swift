// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a pack's description (.pdsc) says of its flash algorithms (CMSIS-Pack specification, element `algorithm`).
struct PackDescription {
    struct Algorithm: Hashable {
        /// Of the file in the pack, with slashes.
        let path: String
        let start: UInt32
        let size: UInt32
        /// The boards, devices and families that it is for.
        var owners: [String]
    }
    private(set) var algorithms: [Algorithm] = []

    /// Elements with a name, and the attribute that has it.
    private static let named = [
        "family": "Dfamily", "subFamily": "DsubFamily", "device": "Dname", "variant": "Dvariant",
        "board": "name",
    ]
    /// More than the largest packs have.
    private static let limit = 1 << 14
    private static let depthLimit = 256

    init(_ text: [UInt8]) throws(MarkupScanner.Malformed) {
        var scanner = MarkupScanner(text)
        var open: [(tag: String, owner: String?)] = []
        while let tag = try scanner.next() {
            if tag.isOpening {
                if tag.name == "algorithm", algorithms.count < Self.limit {
                    note(tag.attributes, owner: open.last { $0.owner != nil }?.owner)
                }
                guard !tag.isClosing else { continue }
                guard open.count < Self.depthLimit else { throw MarkupScanner.Malformed(line: 1) }
                open.append((tag.name, Self.named[tag.name].flatMap { tag.attributes[$0] }))
            } else if let index = open.lastIndex(where: { $0.tag == tag.name }) {
                open.removeSubrange(index...)
            }
        }
    }

    private mutating func note(_ attributes: [String: String], owner: String?) {
        guard let name = attributes["name"], let start = attributes["start"].flatMap(Self.number),
            let size = attributes["size"].flatMap(Self.number)
        else { return }
        let path = name.replacing("\\", with: "/")
        if let index = algorithms.firstIndex(where: { $0.path == path && $0.start == start }) {
            if let owner, !algorithms[index].owners.contains(owner) { algorithms[index].owners.append(owner) }
        } else {
            algorithms.append(
                Algorithm(path: path, start: start, size: size, owners: owner.map { [$0] } ?? []))
        }
    }
    private static func number(_ text: String) -> UInt32? {
        text.lowercased().hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
    }
}
