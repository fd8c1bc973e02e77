// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
package import HardwareDescription

extension Recipe {
    /// Reads one recipe file; `file` is for messages only.
    package init(yaml text: String, file: String) throws(DefinitionError) {
        let root = try DefinitionNode(text: text, file: file)
        let top = try root.mapping(
            ["schema", "name", "title", "images"],
            optional: [
                "board", "board-revision", "loader", "erase", "verify", "speed", "connect", "retries",
                "patches", "guards", "before", "after", "hooks",
            ])
        _ = try top["schema"].integer(in: 1...1)
        self.init(name: try top["name"].identifier(), title: try top["title"].text, images: [])
        board = try top.optional("board")?.text
        loader = try top.optional("loader")?.text
        for image in try top["images"].list(upTo: 16) { images.append(try Image(image)) }
        erase = try top.optional("erase")?.choice(of: EraseMode.self) ?? .needed
        verify = try top.optional("verify")?.choice(of: Proof.self).mode ?? .best
        speed = try top.optional("speed")?.frequency()
        connectsUnderReset = try top.optional("connect")?.choice(of: Connect.self) == .underReset
        retries = Int(try top.optional("retries")?.integer(in: 0...5) ?? 0)
        boardRevision = try top.optional("board-revision")?.identifier()
        try readPatches(top.optional("patches"))
        if let node = top.optional("guards") { guards = try Guards(node) }
        if let node = top.optional("before") { before = try ChecksBefore(node) }
        if let node = top.optional("after") { after = try ChecksAfter(node) }
        if let node = top.optional("hooks") { hooks = try Hooks(node) }
    }

    /// A unit that nobody has proven cannot be good.
    private enum Proof: String, CaseIterable {
        case best, read, hash
        var mode: VerifyMode {
            switch self {
            case .best: .best
            case .read: .read
            case .hash: .hash
            }
        }
    }
    private enum Connect: String, CaseIterable {
        case normal
        case underReset = "under-reset"
    }

    /// Two values for one byte would leave it to the order of the file which of them counts.
    private mutating func readPatches(_ node: DefinitionNode?) throws(DefinitionError) {
        for entry in try node?.list(upTo: 32) ?? [] {
            let rule = try PatchRule(entry)
            for other in patches {
                guard other.name != rule.name else { throw entry.failure(.duplicate("patch `\(rule.name)`")) }
                guard other.place.intersection(rule.place) == nil else {
                    throw entry.failure(
                        .conflict(
                            "patch `\(rule.name)` at \(rule.place) overlaps `\(other.name)` at \(other.place)"
                        ))
                }
            }
            patches.append(rule)
        }
    }
}

extension Recipe.Image {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping(["sha256", "name"], optional: ["address"])
        self.init(
            sha256: try entry["sha256"].contentHash(), name: try entry["name"].fileName(),
            address: try entry.optional("address")?.word())
    }
}

extension Recipe.Guards {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping(
            [],
            optional: [
                "refuse-good-units", "refuse-repeated-serials", "stop-after-failures", "attempts-per-unit",
            ])
        self.init()
        refusesGoodUnits = try entry.optional("refuse-good-units")?.flag() ?? true
        refusesRepeatedSerials = try entry.optional("refuse-repeated-serials")?.flag() ?? true
        stopsAfterFailures = try (entry.optional("stop-after-failures")?.integer(in: 1...1000)).map {
            Int($0)
        }
        attemptsPerUnit = try (entry.optional("attempts-per-unit")?.integer(in: 1...1000)).map { Int($0) }
    }
}

extension Recipe.ChecksBefore {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping(
            [], optional: ["voltage", "part", "revision", "flash-id", "blank"])
        self.init()
        if let node = entry.optional("voltage") { voltage = try Self.window(node) }
        part = try entry.optional("part")?.text
        revision = try entry.optional("revision")?.text
        if let node = entry.optional("flash-id") { flashID = try node.octets(counts: 3...3) }
        isBlank = try entry.optional("blank")?.flag() ?? false
    }

    /// `[3.0, 3.6]` in volts.
    private static func window(_ node: DefinitionNode) throws(DefinitionError) -> ClosedRange<Int> {
        let ends = try node.list(upTo: 2)
        guard ends.count == 2 else {
            throw node.failure(.wrongType(expected: "the lowest and highest voltage"))
        }
        let low = try ends[0].decimal(in: 0...6), high = try ends[1].decimal(in: low...6)
        return Int((low * 1000).rounded())...Int((high * 1000).rounded())
    }
}

extension Recipe.ChecksAfter {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping([], optional: ["hashes", "run", "word"])
        self.init()
        for node in try entry.optional("hashes")?.list() ?? [] {
            let hash = try node.mapping(["range", "sha256"])
            hashes.append(
                Recipe.RangeHash(range: try hash["range"].range(), sha256: try hash["sha256"].contentHash()))
        }
        runs = try entry.optional("run")?.flag() ?? false
        guard let node = entry.optional("word") else { return }
        guard runs else {
            throw node.failure(.conflict("the application writes its word only when it runs: `run: true`"))
        }
        let fields = try node.mapping(["address", "value", "within"], optional: ["mask"])
        word = Recipe.ApplicationWord(
            address: try fields["address"].register(), value: try fields["value"].word(),
            mask: try fields.optional("mask")?.word() ?? .max,
            within: try fields["within"].time(in: .milliseconds(1)...(.seconds(60))))
    }
}

extension Recipe.Hooks {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping([], optional: ["before", "after"])
        self.init(
            before: try entry.optional("before").map(Recipe.Hook.init),
            after: try entry.optional("after").map(Recipe.Hook.init))
    }
}

extension Recipe.Hook {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping(["command", "timeout"])
        var command: [String] = []
        for word in try entry["command"].list() { command.append(try word.text) }
        guard command[0].hasPrefix("/") else {
            throw entry["command"].failure(.wrongType(expected: "a program by its absolute path"))
        }
        self.init(
            command: command, timeout: try entry["timeout"].time(in: .milliseconds(100)...(.seconds(600))))
    }
}
