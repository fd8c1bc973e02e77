// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Makes a part from its description.
struct FlashPartReader {
    let description: FlashDescription
    var part: FlashPart

    init(_ name: String, in files: DescriptionFiles) throws(BenchError) {
        description = try FlashDescription(name, in: files)
        let times = try Self.timing(description)
        let page = try description.required("page").integer(in: 1...512)
        part = FlashPart(
            name: try description.required("name").text, title: try description.required("title").text,
            identification: [], quadIdentification: [], count: try Self.count(description), page: page,
            hertzLimit: .max, plainReadHertzLimit: .max, doubleRateHertzLimit: .max, timing: times,
            discovery: [])
        guard page & (page - 1) == 0 else {
            throw try description.required("page").failure(
                .outOfRange(value: "\(page)", allowed: "a power of two"))
        }
        try readIdentity()
        try readClock()
        try readRegisters()
        try readStatus()
        try readAddressing()
        try readFeatures()
        try readProtection()
        try readInstructions()
        try readDiscovery()
    }

    private static func count(_ description: FlashDescription) throws(BenchError) -> Int {
        let node = try description.required("size")
        let size = try node.size(in: 64 << 10...512 << 20)
        guard size & (size - 1) == 0 else {
            throw node.failure(.outOfRange(value: try node.text, allowed: "a power of two"))
        }
        return size
    }

    // MARK: Identity

    private mutating func readIdentity() throws(BenchError) {
        let answers = try description.required("jedec").list(1...16)
        part.identification = try bytes(answers[0], 3...3)
        if let more = description.optional("jedec-more") { part.identification += try bytes(more, 1...32) }
        part.quadIdentification = part.identification
        if let quad = description.optional("jedec-quad") { part.quadIdentification = try bytes(quad, 3...20) }
        if let id = description.optional("device-id") { part.deviceID = try id.byte() }
        for variant in try description.optional("variants")?.list(1...16) ?? [] {
            part.variants.append(try variant.text)
        }
        if let dies = description.optional("dies") {
            part.dies.count = try dies.integer(in: 1...8)
            guard part.dies.count & (part.dies.count - 1) == 0 else {
                throw dies.failure(.outOfRange(value: try dies.text, allowed: "1, 2, 4 or 8"))
            }
        }
        if let reads = description.optional("die-reads") {
            part.dies.confineReads = try reads.choice(of: DieReads.self) == .wrap
        }
        if let stride = description.optional("die-registers") {
            part.dies.registerStride = UInt32(try stride.size(in: 1 << 20...1 << 30))
        }
    }
    private enum DieReads: String, CaseIterable { case wrap, goOn = "continue" }
    private func bytes(_ node: DescriptionNode, _ counts: ClosedRange<Int>) throws(BenchError) -> [UInt8] {
        var bytes: [UInt8] = []
        for byte in try node.list(counts) { bytes.append(try byte.byte()) }
        return bytes
    }

    private mutating func readClock() throws(BenchError) {
        guard let clock = description.optional("clock") else { return }
        let keys = try clock.mapping(
            [],
            optional: ["maximum-megahertz", "plain-read-megahertz", "double-rate-megahertz"])
        if let limit = keys.optional("maximum-megahertz") {
            part.hertzLimit = try hertz(limit)
            (part.plainReadHertzLimit, part.doubleRateHertzLimit) = (part.hertzLimit, part.hertzLimit)
        }
        if let limit = keys.optional("plain-read-megahertz") { part.plainReadHertzLimit = try hertz(limit) }
        if let limit = keys.optional("double-rate-megahertz") { part.doubleRateHertzLimit = try hertz(limit) }
    }
    private func hertz(_ node: DescriptionNode) throws(BenchError) -> UInt64 {
        UInt64(try node.decimal(in: 1...1000) * 1_000_000)
    }

    // MARK: Times

    private static func timing(_ description: FlashDescription) throws(BenchError) -> FlashTiming {
        let node = try description.required("times")
        let keys = try node.mapping(
            ["page-program", "write-register"],
            optional: [
                "first-byte", "next-byte", "suspend", "resume", "reset", "power-down", "release", "power-up",
            ])
        var timing = FlashTiming(
            pageProgram: try limits(keys["page-program"]), registerWrite: try limits(keys["write-register"]))
        if let first = keys.optional("first-byte") { timing.firstByte = try limits(first) }
        if let later = keys.optional("next-byte") { timing.laterByte = try limits(later) }
        if let time = keys.optional("suspend") { timing.suspend = try milliseconds(time) }
        if let time = keys.optional("reset") { timing.reset = try milliseconds(time) }
        if let time = keys.optional("power-down") { timing.powerDown = try milliseconds(time) }
        if let time = keys.optional("release") { timing.release = try milliseconds(time) }
        return timing
    }
    static func limits(_ node: DescriptionNode) throws(BenchError) -> FlashTiming.Limits {
        try limits(node.mapping(["typical", "maximum"]), at: node)
    }
    static func limits(_ keys: DescriptionMapping, at node: DescriptionNode) throws(BenchError)
        -> FlashTiming.Limits
    {
        guard let typical = keys.optional("typical"), let maximum = keys.optional("maximum") else {
            throw node.failure(.missingKey(keys.optional("typical") == nil ? "typical" : "maximum"))
        }
        let limits = FlashTiming.Limits(
            typical: try milliseconds(typical), maximum: try milliseconds(maximum))
        guard limits.typical <= limits.maximum else {
            throw maximum.failure(
                .outOfRange(value: try maximum.text, allowed: "at least \(try typical.text)"))
        }
        return limits
    }
    private static func milliseconds(_ node: DescriptionNode) throws(BenchError) -> Picoseconds {
        // No part takes more than an hour for anything.
        let value = try node.decimal(in: 0...3_600_000)
        return Picoseconds((value * 1_000_000).rounded()) * .nanosecond
    }

    // MARK: SFDP

    private mutating func readDiscovery() throws(BenchError) {
        guard let node = description.optional("sfdp") else {
            part.discovery = Array(repeating: 0xFF, count: 256)
            return
        }
        for word in try node.text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            guard word.count == 2, let byte = UInt8(word, radix: 16), part.discovery.count < 4096 else {
                throw node.failure(.wrongType(expected: "up to 4096 bytes in hexadecimal digits"))
            }
            part.discovery.append(byte)
        }
        while part.discovery.count % 256 != 0 { part.discovery.append(0xFF) }
    }
}

extension FlashPart {
    /// The part of a file of `Config/flash`, by its name without folder and `.yaml`.
    ///
    /// Throws `BenchError.descriptionMissing`, and `.description` for what the file says wrong.
    package init(named name: String, in files: DescriptionFiles) throws(BenchError) {
        self = try FlashPartReader(name, in: files).part
    }
}
