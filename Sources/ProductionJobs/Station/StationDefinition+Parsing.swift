// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import HardwareDescription

extension StationDefinition {
    /// Reads a station file; `file` is for messages only.
    package init(yaml text: String, file: String) throws(DefinitionError) {
        let top = try DefinitionNode(text: text, file: file).mapping(
            ["schema", "name", "title", "slots"],
            optional: ["http", "gang", "central", "inputs", "park-time", "limits"])
        _ = try top["schema"].integer(in: 1...1)
        self.init(name: try top["name"].identifier(), title: try top["title"].text, slots: [])
        for node in try top["slots"].list() { try add(Slot(node), at: node) }
        if let node = top.optional("http") { http = try HTTP(node) }
        if let node = top.optional("gang") { gang = try Gang(node) }
        if let node = top.optional("inputs") {
            for node in try node.list() { try add(InputDefinition(node, slots: slots.map(\.name)), at: node) }
        }
        if let node = top.optional("central") { central = try CentralDefinition(node) }
        parkTime = try top.optional("park-time")?.time(in: .zero...(.seconds(600))) ?? .seconds(30)
        if let node = top.optional("limits") { limits = try Limits(node) }
    }

    /// Two slots on one socket would be two workers on one probe.
    private mutating func add(_ slot: Slot, at node: DefinitionNode) throws(DefinitionError) {
        for other in slots {
            guard other.name != slot.name else { throw node.failure(.duplicate("slot `\(slot.name)`")) }
            guard case .usb(let path, _) = slot.probe, case .usb(path, _) = other.probe else { continue }
            throw node.failure(
                .conflict("slots `\(other.name)` and `\(slot.name)` are on one socket, \(path)"))
        }
        slots.append(slot)
    }
}

extension StationDefinition {
    /// One device for two inputs would be grabbed by one of them only.
    fileprivate mutating func add(_ input: InputDefinition, at node: DefinitionNode) throws(DefinitionError) {
        for other in inputs {
            guard other.name != input.name else { throw node.failure(.duplicate("input `\(input.name)`")) }
            guard other.device != input.device else {
                throw node.failure(.conflict("inputs `\(other.name)` and `\(input.name)` are one device"))
            }
        }
        inputs.append(input)
    }
}

extension StationDefinition.Slot {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping(
            ["name"],
            optional: ["usb", "serial", "sim", "board", "start", "recipe", "sign", "debounce"])
        self.init(
            name: try entry["name"].identifier(), probe: try Self.probe(entry),
            board: try entry.optional("board")?.text)
        arrival = try StationDefinition.Arrival(entry)
    }

    private static func probe(_ entry: DefinitionMapping) throws(DefinitionError) -> StationDefinition.Probe {
        switch (entry.optional("usb"), entry.optional("sim")) {
        case (let node?, nil):
            let path = try node.text
            guard USBPath.isValid(path) else {
                throw node.failure(.wrongType(expected: "where the probe is plugged in, such as 3-1.4.2"))
            }
            return .usb(path: path, serial: try entry.optional("serial")?.text)
        case (nil, let node?):
            guard entry.optional("serial") == nil else {
                throw node.failure(.conflict("`serial` is a check of `usb` probes"))
            }
            return .simulated(try node.text)
        default: throw entry.node.failure(.conflict("a slot has either `usb` or `sim`"))
        }
    }
}

extension StationDefinition.Arrival {
    private enum Start: String, CaseIterable {
        case onRequest = "on-request"
        case onArrival = "on-arrival"
    }

    fileprivate init?(_ slot: DefinitionMapping) throws(DefinitionError) {
        guard try slot.optional("start")?.choice(of: Start.self) == .onArrival else {
            for key in ["recipe", "sign", "debounce"] {
                guard let node = slot.optional(key) else { continue }
                throw node.failure(.conflict("`\(key)` is for slots with `start: on-arrival`"))
            }
            return nil
        }
        guard let recipe = slot.optional("recipe") else { throw slot.node.failure(.missingKey("recipe")) }
        self.init(recipe: try recipe.identifier())
        sign = try slot.optional("sign")?.choice(of: StationDefinition.BoardSign.self) ?? sign
        debounce =
            try slot.optional("debounce")?.time(in: .milliseconds(50)...(.seconds(60))) ?? debounce
    }
}

extension StationDefinition.HTTP {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping([], optional: ["socket", "listen", "certificate", "key"])
        self.init()
        socket = try entry.optional("socket")?.absolutePath()
        tls = try Self.tls(entry)
        guard let node = entry.optional("listen") else {
            guard tls == nil else { throw entry.node.failure(.conflict("`certificate` is for `listen`")) }
            return
        }
        let listen = try node.endpoint()
        guard listen.isLoopback || tls != nil else {
            throw node.failure(
                .conflict(
                    "tokens would cross the network in the clear: name a `certificate` and its `key`, or"
                        + " listen on 127.0.0.1"))
        }
        self.listen = listen
    }

    private static func tls(_ entry: DefinitionMapping) throws(DefinitionError) -> StationDefinition.TLS? {
        switch (entry.optional("certificate"), entry.optional("key")) {
        case (nil, nil): nil
        case (let certificate?, let key?):
            StationDefinition.TLS(
                certificate: try certificate.absolutePath(), key: try key.absolutePath())
        case (let one?, nil), (nil, let one?):
            throw one.failure(.conflict("`certificate` and `key` go together"))
        }
    }
}

extension StationDefinition.Listen {
    /// Reached from this machine only.
    fileprivate var isLoopback: Bool { address == "127.0.0.1" || address == "::1" }
}

extension StationDefinition.Gang {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping([], optional: ["listen", "socket", "recipe", "open-to-network"])
        self.init()
        recipe = try entry.optional("recipe")?.identifier()
        socket = try entry.optional("socket")?.absolutePath()
        let isOpen = try entry.optional("open-to-network")?.flag() ?? false
        if let node = entry.optional("listen") {
            let listen = try node.endpoint()
            guard listen.isLoopback || isOpen else {
                throw node.failure(
                    .conflict(
                        "whoever reaches the port may start units: listen on 127.0.0.1, or say"
                            + " `open-to-network: true`"))
            }
            self.listen = listen
        }
        guard listen != nil || socket != nil else {
            throw node.failure(.conflict("`gang` has `listen`, `socket` or both"))
        }
    }
}

extension StationDefinition.Limits {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping(
            [], optional: ["image-size", "image-store", "queued-jobs", "upload-age"])
        self.init()
        imageSize = try entry.optional("image-size")?.size() ?? imageSize
        imageStore = try entry.optional("image-store")?.size() ?? imageStore
        queuedJobs = Int(try entry.optional("queued-jobs")?.integer(in: 1...1_000_000) ?? UInt64(queuedJobs))
        uploadAge =
            try entry.optional("upload-age")?.time(in: .seconds(60)...(.seconds(365 * 24 * 3600)))
            ?? uploadAge
    }
}

extension DefinitionNode {
    func absolutePath() throws(DefinitionError) -> String {
        let text = try text
        guard text.hasPrefix("/") else { throw failure(.wrongType(expected: "an absolute path")) }
        return text
    }

    /// `127.0.0.1:8086` or `[::1]:8086`.
    fileprivate func endpoint() throws(DefinitionError) -> StationDefinition.Listen {
        let text = try text
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            port > 0
        else { throw failure(.wrongType(expected: "an address and a port, such as 127.0.0.1:8086")) }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw failure(.wrongType(expected: "an address and a port, such as 127.0.0.1:8086"))
        }
        return StationDefinition.Listen(address: String(host), port: port)
    }
}

/// Where in the tree of hubs a device is plugged in, as the kernel writes it: bus, then a port for each hub.
enum USBPath {
    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, isNumber(parts[0]) else { return false }
        let ports = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        // USB 2.0 section 4.1.1: seven tiers, the root hub and the device among them.
        return (1...6).contains(ports.count) && ports.allSatisfy(isNumber)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        (1...3).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
