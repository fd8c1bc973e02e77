// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The file of a flash part together with the family files it extends, as one set of keys.
struct FlashDescription {
    static let folder = "flash"
    private static let required = ["schema", "name"]
    private static let optional = [
        "title", "extends", "abstract", "sources", "unknown", "unverified", "variants", "jedec", "jedec-more",
        "jedec-quad", "device-id", "size", "dies", "die-select", "die-reads", "die-registers", "page",
        "large-page", "supply",
        "clock", "addressing", "registers", "writes", "volatile-write-enable", "busy", "write-enabled",
        "status", "failures", "quad-enable", "quad-protocol", "double-rate-protocol", "burst-wrap",
        "protection", "security",
        "hold-pin", "instructions", "times", "sfdp",
    ]
    /// Files that extend each other.
    private static let depthLimit = 6

    /// The part's own file first.
    private let layers: [DescriptionMapping]
    private let root: DescriptionNode

    /// Throws `BenchError.description` and `.descriptionMissing`.
    init(_ name: String, in files: DescriptionFiles) throws(BenchError) {
        root = try files.node(name, in: Self.folder)
        var layers = [try root.mapping(Self.required, optional: Self.optional)]
        while let parent = layers[layers.count - 1].optional("extends") {
            guard layers.count < Self.depthLimit else {
                throw parent.failure(.conflict("more than \(Self.depthLimit) files extend each other"))
            }
            let node = try files.node(try parent.text, in: Self.folder)
            layers.append(try node.mapping(Self.required, optional: Self.optional))
        }
        for layer in layers { _ = try layer["schema"].integer(in: 2...2) }
        self.layers = layers
        if let flag = layers[0].optional("abstract"), try flag.flag() {
            throw flag.failure(.conflict("a family is not a part"))
        }
    }

    /// The value nearest to the part.
    func optional(_ key: String) -> DescriptionNode? {
        for layer in layers { if let value = layer.optional(key) { return value } }
        return nil
    }
    func required(_ key: String) throws(BenchError) -> DescriptionNode {
        guard let value = optional(key) else { throw root.failure(.missingKey(key)) }
        return value
    }

    /// The entries of a list that is joined by a key: what a file has for a value of the key replaces all that
    /// the files it extends have for it.
    ///
    /// Entries with `absent: true` only remove.
    func merged(_ key: String, by identity: String, required: [String] = [], optional: [String])
        throws(BenchError) -> [DescriptionMapping]
    {
        var result: [DescriptionMapping] = []
        var taken: Set<String> = []
        for layer in layers {
            guard let list = layer.optional(key) else { continue }
            var own: Set<String> = []
            for node in try list.list() {
                let entry = try node.mapping([identity], optional: required + optional + ["absent"])
                let name = try entry[identity].identity
                own.insert(name)
                guard !taken.contains(name) else { continue }
                if let absent = entry.optional("absent"), try absent.flag() { continue }
                result.append(try node.mapping([identity] + required, optional: optional + ["absent"]))
            }
            taken.formUnion(own)
        }
        return result
    }
}

extension DescriptionNode {
    /// Numbers of the same value are the same, however they are written.
    fileprivate var identity: String {
        get throws(BenchError) {
            let text = try text
            if text.hasPrefix("0x"), let number = Int(text.dropFirst(2), radix: 16) { return "\(number)" }
            return text
        }
    }
}
