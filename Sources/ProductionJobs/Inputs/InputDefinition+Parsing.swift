// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

extension InputDefinition {
    private enum Layout: String, CaseIterable { case us }

    /// Reads one entry; `slots` are the names that it may start.
    init(_ node: DefinitionNode, slots: [String]) throws(DefinitionError) {
        let entry = try node.mapping(
            ["name", "recipe"],
            optional: ["device", "usb", "batch", "debounce", "scan", "field", "layout", "keys", "press"])
        let use: Use
        switch (entry.optional("scan"), entry.optional("press")) {
        case (let scan?, nil): use = .scanner(try Self.scanner(scan, entry, slots))
        case (nil, let press?): use = .keys(try Self.keys(press, entry, slots))
        default: throw node.failure(.conflict("an input has either `scan` or `press`"))
        }
        let isScanner = if case .scanner = use { true } else { false }
        let debounce = try entry.optional("debounce")?.time(in: .zero...(.seconds(60)))
        self.init(
            name: try entry["name"].identifier(), device: try Self.device(entry), use: use,
            recipe: try entry["recipe"].identifier(), batch: try entry.optional("batch")?.identifier(),
            debounce: debounce ?? (isScanner ? .seconds(2) : .milliseconds(300)))
    }

    private static func device(_ entry: DefinitionMapping) throws(DefinitionError) -> Device {
        switch (entry.optional("device"), entry.optional("usb")) {
        case (let node?, nil):
            let path = try node.text
            guard path.hasPrefix("/") else { throw node.failure(.wrongType(expected: "an absolute path")) }
            return .path(path)
        case (nil, let node?):
            let usb = try node.mapping(["id"], optional: ["phys"])
            let parts = try usb["id"].text.split(separator: ":", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { $0.utf8.count == 4 ? UInt16($0, radix: 16) : nil }
            guard parts.count == 2, numbers.count == 2 else {
                throw usb["id"].failure(.wrongType(expected: "vendor and product, such as 0c2e:0901"))
            }
            return .usb(vendor: numbers[0], product: numbers[1], physical: try usb.optional("phys")?.text)
        default: throw entry.node.failure(.conflict("an input has either `device` or `usb`"))
        }
    }

    private static func scanner(
        _ node: DefinitionNode, _ entry: DefinitionMapping, _ slots: [String]
    ) throws(DefinitionError) -> Scanner {
        var scanner = Scanner()
        scanner.start = try start(node, slots)
        guard scanner.start != .all else {
            throw node.failure(.conflict("a serial number is one unit's: `scan` is `next-free` or a slot"))
        }
        scanner.field = try entry.optional("field")?.identifier() ?? scanner.field
        _ = try entry.optional("layout")?.choice(of: Layout.self)
        guard let keys = entry.optional("keys") else { return scanner }
        for node in try keys.list(upTo: 128) {
            let key = try node.mapping(["key", "types"], optional: ["shifted"])
            let plain = try character(key["types"])
            let code = try code(key["key"])
            guard scanner.layout[code] == nil else {
                throw node.failure(.duplicate("key \(try key["key"].text)"))
            }
            scanner.layout[code] = InputKey.Characters(
                plain: plain, shifted: try key.optional("shifted").map(character) ?? plain)
        }
        return scanner
    }

    private static func keys(
        _ node: DefinitionNode, _ entry: DefinitionMapping, _ slots: [String]
    ) throws(DefinitionError) -> [Key] {
        for name in ["field", "layout", "keys"] {
            guard let node = entry.optional(name) else { continue }
            throw node.failure(.conflict("`\(name)` is for inputs with `scan`"))
        }
        var keys: [Key] = []
        for node in try node.list() {
            let press = try node.mapping(["key", "starts"])
            let key = Key(code: try code(press["key"]), start: try start(press["starts"], slots))
            guard !keys.contains(where: { $0.code == key.code }) else {
                throw node.failure(.duplicate("key \(try press["key"].text)"))
            }
            keys.append(key)
        }
        return keys
    }

    private static func start(_ node: DefinitionNode, _ slots: [String]) throws(DefinitionError) -> Start {
        switch try node.text {
        case "next-free": .nextFree
        case "all": .all
        case let name where slots.contains(name): .slot(name)
        case let name: throw node.failure(.unknownValue(name, allowed: ["next-free", "all"] + slots))
        }
    }

    private static func code(_ node: DefinitionNode) throws(DefinitionError) -> UInt16 {
        guard let code = InputKey.code(named: try node.text) else {
            throw node.failure(
                .wrongType(
                    expected: "a key: its character, or its name such as f13, space, kpenter or code-259"))
        }
        return code
    }

    private static func character(_ node: DefinitionNode) throws(DefinitionError) -> Character {
        let text = try node.text
        guard text.count == 1, let character = text.first,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 })
        else {
            throw node.failure(.wrongType(expected: "one character"))
        }
        return character
    }
}
