// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension TargetDefinition {
    private static let keys = [
        "schema", "name", "title", "parts", "minimum-volts", "debug-clock", "debug-port", "access-ports",
        "identity", "cores", "memories", "loader-ram", "mapped-flash", "debug-power", "freeze", "clock",
        "watchdogs", "bus-masters", "quadspi", "gpio", "supply", "unique-id", "flash-size", "reset",
    ]
    private static let optionalKeys = ["extends", "pins", "uf2-families"]
    /// Lists that a file adds to those of the file it builds on, and what tells their entries apart.
    private static let joined = ["access-ports": "index", "memories": "name", "bus-masters": "name"]

    /// Reads one target file and those that it builds on.
    ///
    /// `file` is for messages only; `library` finds the files of `Config/targets` by name.
    package init(yaml text: String, file: String, library: DefinitionLibrary = .empty) throws(DefinitionError)
    {
        let top = try DefinitionNode(text: text, file: file).inheriting(
            Self.keys + Self.optionalKeys, schema: 1, joining: Self.joined, from: library)
        try top.require(Self.keys)
        name = try top["name"].text
        title = try top["title"].text
        parts = []
        for part in try top["parts"].list() { parts.append(try part.text) }
        uf2Families = []
        for family in try top.optional("uf2-families")?.list() ?? [] {
            uf2Families.append(try family.word())
        }
        minimumVolts = try top["minimum-volts"].decimal(in: 0...5)
        debugClock = try DebugClockDefinition(top["debug-clock"])
        debugPort = try top["debug-port"].word()
        accessPorts = try Self.accessPorts(top["access-ports"])
        identity = try IdentityDefinition(top["identity"])
        let cores = try top["cores"].mapping(["main"], optional: ["second"])
        mainCore = try CoreDefinition(cores["main"])
        secondCore = if let second = cores.optional("second") { try CoreDefinition(second) } else { nil }
        memoryList = try Self.memories(top["memories"])
        loaderRAM = try Self.memory(named: top["loader-ram"], among: memoryList)
        mappedFlash = try Self.range(top["mapped-flash"].mapping(["start", "size"]))
        debugPower = try RegisterBits(top["debug-power"])
        freezes = []
        for freeze in try top["freeze"].list() { freezes.append(try RegisterBits(freeze)) }
        clock = try RegisterField(top["clock"])
        watchdogs = try WatchdogDefinitions(top["watchdogs"])
        busMasters = []
        for master in try top["bus-masters"].list() { busMasters.append(try BusMasterDefinition(master)) }
        quadSPI = try QuadSPIDefinition(top["quadspi"])
        ports = try PortDefinition(top["gpio"])
        for pin in try top.optional("pins")?.list(upTo: 256) ?? [] { pins.append(try TargetPin(pin)) }
        supply = try RegisterField(top["supply"])
        uniqueID = try top["unique-id"].register()
        flashSize = try top["flash-size"].register()
        let reset = try top["reset"].mapping(["hold-milliseconds", "settle-milliseconds"])
        resetHold = .milliseconds(try reset["hold-milliseconds"].integer(in: 1...10_000))
        resetSettle = .milliseconds(try reset["settle-milliseconds"].integer(in: 1...10_000))
    }

    private static func accessPorts(_ node: DefinitionNode) throws(DefinitionError) -> [AccessPortDefinition]
    {
        var ports: [AccessPortDefinition] = []
        for entry in try node.list() {
            let port = try AccessPortDefinition(entry)
            if ports.contains(where: { $0.role == port.role }) {
                throw entry.failure(.duplicate(port.role.rawValue))
            }
            if ports.contains(where: { $0.index == port.index }) {
                throw entry.failure(.duplicate("AP\(port.index)"))
            }
            ports.append(port)
        }
        for role in [AccessPortRole.mainCore, .debug] where !ports.contains(where: { $0.role == role }) {
            throw node.failure(.missingKey("role: \(role.rawValue)"))
        }
        return ports
    }

    private static func memories(_ node: DefinitionNode) throws(DefinitionError) -> [MemoryDefinition] {
        var memories: [MemoryDefinition] = []
        for entry in try node.list() {
            let keys = try entry.mapping(["name", "start", "size", "kind"])
            let name = try keys["name"].text
            guard !memories.contains(where: { $0.name == name }) else {
                throw entry.failure(.duplicate(name))
            }
            memories.append(
                MemoryDefinition(
                    name: name, range: try range(keys),
                    kind: try keys["kind"].choice(of: MemoryDefinition.Kind.self)))
        }
        return memories
    }

    private static func memory(
        named node: DefinitionNode, among memories: [MemoryDefinition]
    ) throws(DefinitionError) -> Range<UInt32> {
        let name = try node.text
        guard let memory = memories.first(where: { $0.name == name && $0.kind == .ram }) else {
            throw node.failure(
                .unknownValue(name, allowed: memories.filter { $0.kind == .ram }.map(\.name)))
        }
        return memory.range
    }

    /// A range that ends at most at 0xFFFFFFFF, so that 32 bits hold its end.
    private static func range(_ keys: DefinitionMapping) throws(DefinitionError) -> Range<UInt32> {
        let start = try keys["start"].word()
        let size = try keys["size"].size()
        guard UInt64(start) + size <= UInt64(UInt32.max) else {
            throw keys["size"].failure(
                .outOfRange(value: "\(size)", allowed: "up to the end of the address space"))
        }
        return start..<UInt32(UInt64(start) + size)
    }
}

extension DebugClockDefinition {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["connect-kilohertz", "maximum-kilohertz"])
        connect = .kilohertz(UInt32(try keys["connect-kilohertz"].integer(in: 1...100_000)))
        maximum = .kilohertz(UInt32(try keys["maximum-kilohertz"].integer(in: 1...100_000)))
        guard maximum >= connect else {
            throw keys["maximum-kilohertz"].failure(
                .outOfRange(value: "\(maximum)", allowed: "\(connect) or more"))
        }
    }
}

extension AccessPortDefinition {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["index", "role", "identification"], optional: ["cacheable"])
        index = UInt8(try keys["index"].integer(in: 0...255))
        role = try keys["role"].choice(of: AccessPortRole.self)
        identification = try keys["identification"].word()
        isCacheable = try keys.optional("cacheable")?.flag() ?? false
    }
}

extension CoreDefinition {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["name", "part"])
        name = try keys["name"].text
        part = UInt16(try keys["part"].integer(in: 0...0xFFF))
    }
}

extension IdentityDefinition {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["register", "device", "revisions"], optional: ["second-core-boot"])
        register = try keys["register"].register()
        device = UInt16(try keys["device"].integer(in: 1...0xFFF))
        revisions = []
        for entry in try keys["revisions"].list() {
            let revision = try entry.mapping(["id", "name"])
            revisions.append(
                Revision(
                    id: UInt16(try revision["id"].integer(in: 0...0xFFFF)), name: try revision["name"].text))
        }
        secondCoreBoot =
            if let boot = keys.optional("second-core-boot") { try RegisterBits(boot) } else { nil }
    }
}

extension RegisterBits {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["register", "bits"])
        register = try keys["register"].register()
        mask = 0
        for bit in try keys["bits"].list(upTo: 32) { mask |= 1 << (try bit.bit()) }
    }
}

extension RegisterField {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["register", "reset-value"], optional: ["shift", "width"])
        register = try keys["register"].register()
        resetValue = try keys["reset-value"].word()
        shift = try keys.optional("shift")?.bit() ?? 0
        width = UInt32(try keys.optional("width")?.integer(in: 1...32) ?? 32)
    }
}

extension ClockGate {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["registers", "bit"])
        registers = []
        for register in try keys["registers"].list() { registers.append(try register.register()) }
        bit = try keys["bit"].bit()
    }
}

extension WatchdogDefinitions {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["independent", "oscillator", "window"])
        independent = []
        for entry in try keys["independent"].list() {
            let dog = try entry.mapping(["name", "base"], optional: ["hardware-start"])
            independent.append(
                Independent(
                    name: try dog["name"].text, base: try dog["base"].register(),
                    hardwareStart: try dog.optional("hardware-start").map { bits throws(DefinitionError) in
                        try RegisterBits(bits)
                    }))
        }
        let source = try keys["oscillator"].mapping(["register", "on", "ready"])
        oscillator = Oscillator(
            register: try source["register"].register(), onBit: try source["on"].bit(),
            readyBit: try source["ready"].bit())
        window = []
        for entry in try keys["window"].list() {
            let dog = try entry.mapping(["name", "base", "clock"])
            window.append(
                Window(
                    name: try dog["name"].text, base: try dog["base"].register(),
                    clock: try ClockGate(dog["clock"])))
        }
    }
}

extension BusMasterDefinition {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["name", "control", "channels", "stride", "bit", "clock"])
        name = try keys["name"].text
        control = try keys["control"].register()
        channels = Int(try keys["channels"].integer(in: 1...32))
        stride = UInt32(try keys["stride"].integer(in: 4...0x1000))
        enableBit = try keys["bit"].bit()
        clock = try ClockGate(keys["clock"])
    }
}

extension PortDefinition {
    /// A to K.
    private static let count: UInt64 = 11

    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["base", "stride", "clock"])
        base = try keys["base"].register()
        stride = UInt32(try keys["stride"].integer(in: 4...0x10000))
        clock = try ClockGate(keys["clock"])
        guard clock.bit + UInt32(Self.count) <= 32 else {
            throw keys["clock"].failure(.outOfRange(value: "bit \(clock.bit)", allowed: "room for 11 ports"))
        }
    }
}

extension QuadSPIDefinition {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["base", "clock", "reset"])
        base = try keys["base"].register()
        clock = try ClockGate(keys["clock"])
        reset = try RegisterBits(keys["reset"])
    }
}
