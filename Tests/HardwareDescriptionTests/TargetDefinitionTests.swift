// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import HardwareDescription
import Testing

@Suite struct `Target files` {
    @Test func `the dual-core file says what the part is`() throws {
        let target = try TargetFiles.definition("stm32h745")
        #expect(target.name == "stm32h745")
        #expect(target.loaderRAM == 0x2400_0000..<0x2408_0000)
        #expect(target.mappedFlash == 0x9000_0000..<0xA000_0000)
        #expect(target.memoryList.first { $0.name == "DTCM" }?.range == 0x2000_0000..<0x2002_0000)
        #expect(target.accessPorts.map(\.index) == [0, 1, 2, 3])
        #expect(target.accessPort(.mainCore)?.isCacheable == true)
        #expect(target.accessPort(.debug)?.index == 2)
        #expect(target.secondCore?.part == 0xC24)
        #expect(target.debugPower.mask == 0x0070_003F)
        #expect(target.freezes.contains { $0.register == 0xE00E_1054 && $0.mask == 0x000C_0000 })
        #expect(target.resetHold == .milliseconds(100))
    }

    @Test func `the single-core file has no second core`() throws {
        let target = try TargetFiles.definition("stm32h743")
        #expect(target.secondCore == nil)
        #expect(target.accessPort(.secondCore) == nil)
        #expect(target.identity.device == 0x450)
    }

    @Test func `a file that builds on another has its keys, where it has none of its own`() throws {
        let own = """
            schema: 1
            name: mine
            title: Mine
            parts: [P]
            extends: stm32h745
            minimum-volts: 3
            access-ports: [{index: 3, absent: true}]
            memories: [{name: AXI SRAM, start: 0x24000000, size: 256 KiB, kind: ram}]
            """
        let target = try TargetDefinition(yaml: own, file: "mine.yaml", library: TargetFiles.library)
        let parent = try TargetFiles.definition("stm32h745")
        #expect(target.name == "mine" && target.minimumVolts == 3)
        #expect(target.pins == parent.pins && target.quadSPI == parent.quadSPI)
        #expect(target.accessPorts == parent.accessPorts.filter { $0.index != 3 })
        #expect(target.loaderRAM == 0x2400_0000..<0x2404_0000)
        #expect(target.memoryList.count == parent.memoryList.count)
    }

    @Test(arguments: [
        ("extends: none", "mine.yaml:4:10", "CFG-011"), ("extends: [a]", "mine.yaml:4:10", "CFG-007"),
        ("extends: stm32h745\nparts: [P]\nclock: 1", "mine.yaml:6:8", "CFG-007"),
    ]) func `a mistake in what a file builds on has its place`(
        text: String, place: String, code: String
    ) throws {
        let error = try #require(throws: DefinitionError.self) {
            _ = try TargetDefinition(
                yaml: "schema: 1\nname: mine\ntitle: Mine\n\(text)\n", file: "mine.yaml",
                library: TargetFiles.library)
        }
        #expect(error.summary.hasPrefix("\(place): ") && error.code == code, "\(error.summary) \(error.code)")
    }

    @Test(arguments: TargetFiles.names) func `loader RAM, debug bus and main core exist`(name: String) throws
    {
        let target = try TargetFiles.definition(name)
        #expect(target.name == name)
        #expect(target.memoryList.contains { $0.range == target.loaderRAM && $0.kind == .ram })
        #expect(target.mainCore.part == 0xC27)
        for (index, memory) in target.memoryList.enumerated() {
            for other in target.memoryList.dropFirst(index + 1) {
                #expect(!memory.range.overlaps(other.range), "\(memory.name) overlaps \(other.name)")
            }
        }
    }
}

@Suite struct `Wrong target files` {
    /// Line of the first line that begins with `start`, from 1.
    private func line(of start: String, in text: String) throws -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return try #require(lines.firstIndex { $0.hasPrefix(start) }) + 1
    }

    private func failure(
        replacing old: String, with new: String
    ) throws -> (problem: DefinitionProblem, line: Int, column: Int, text: String) {
        let text = try TargetFiles.text("stm32h745")
        #expect(text.contains(old))
        let changed = text.replacing(old, with: new, maxReplacements: 1)
        let error = try #require(throws: DefinitionError.self) {
            _ = try TargetDefinition(yaml: changed, file: "target.yaml")
        }
        #expect(error.file == "target.yaml")
        #expect(error.summary.hasPrefix("target.yaml:\(error.line):\(error.column): "))
        return (error.problem, error.line, error.column, changed)
    }

    @Test func `an unknown key is named with its place`() throws {
        let found = try failure(replacing: "debug-power:", with: "debug-powr:")
        guard case .unknownKey("debug-powr", let allowed) = found.problem else {
            Issue.record("\(found.problem)")
            return
        }
        #expect(allowed.contains("debug-power"))
        #expect(try found.line == line(of: "debug-powr:", in: found.text))
        #expect(found.column == 1)
    }

    @Test func `an unknown key inside an entry is named with its column`() throws {
        let found = try failure(replacing: "{index: 1, role: system,", with: "{index: 1, rule: system,")
        guard case .unknownKey("rule", _) = found.problem else {
            Issue.record("\(found.problem)")
            return
        }
        #expect(try found.line == line(of: "  - {index: 1,", in: found.text))
        #expect(found.column == "  - {index: 1, ".count + 1)
    }

    @Test func `a missing key is named`() throws {
        let found = try failure(replacing: "loader-ram: AXI SRAM\n", with: "")
        #expect(found.problem == .missingKey("loader-ram"))
    }

    @Test func `a number that is none is refused at its place`() throws {
        let found = try failure(replacing: "debug-port: 0x6ba02477", with: "debug-port: 0x6ba0247g")
        #expect(found.problem == .wrongType(expected: "a number"))
        #expect(try found.line == line(of: "debug-port:", in: found.text))
        #expect(found.column == "debug-port: ".count + 1)
    }

    @Test(arguments: [
        ("device: 0x450", "device: 0x1450"), ("size: 512 KiB", "size: 5000 MiB"),
        ("minimum-volts: 1.62", "minimum-volts: 12"), ("register: 0xe00e1000", "register: 0xe00e1002"),
        ("{register: 0xe00e1034, bits: [6]}", "{register: 0xe00e1034, bits: [32]}"),
        ("parts: [STM32H745, STM32H747, STM32H755, STM32H757]", "parts: []"),
        ("start: 0x90000000, size: 256 MiB", "start: 0xf8000000, size: 256 MiB"),
    ])
    func `values out of range are refused`(old: String, new: String) throws {
        let found = try failure(replacing: old, with: new)
        guard case .outOfRange = found.problem else {
            Issue.record("\(found.problem)")
            return
        }
    }

    @Test func `loader RAM must be one of the memories`() throws {
        let found = try failure(replacing: "loader-ram: AXI SRAM", with: "loader-ram: internal flash")
        guard case .unknownValue("internal flash", let allowed) = found.problem else {
            Issue.record("\(found.problem)")
            return
        }
        #expect(allowed.first == "ITCM")
        #expect(!allowed.contains("system memory"))
    }

    @Test func `two access ports cannot have one role`() throws {
        let found = try failure(replacing: "role: second-core", with: "role: system")
        #expect(found.problem == .duplicate("system"))
    }

    @Test func `a key given twice is refused`() throws {
        let found = try failure(replacing: "debug-port: 0x6ba02477", with: "debug-port: 1\ndebug-port: 2")
        #expect(found.problem == .duplicateKey("debug-port"))
    }

    @Test func `broken YAML is reported where it breaks`() throws {
        let found = try failure(replacing: "parts: [STM32H745,", with: "parts: [STM32H745,,")
        guard case .syntax = found.problem else {
            Issue.record("\(found.problem)")
            return
        }
        #expect(try found.line == line(of: "parts:", in: found.text))
    }

    @Test func `input made to exhaust the parser is refused before it is parsed`() {
        let hostile = [
            String(repeating: "[", count: 100_000), String(repeating: "- ", count: 100_000),
            String(repeating: "[\n", count: 100_000), String(repeating: "a: 1\n", count: 100_000),
            String(repeating: "? ", count: 50_000), "",
            "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]",
        ]
        for text in hostile {
            #expect(throws: DefinitionError.self) { _ = try TargetDefinition(yaml: text, file: "x.yaml") }
        }
    }

    @Test func `every truncation is an error, never a trap`() throws {
        let text = try TargetFiles.text("stm32h745")
        let end = try #require(text.range(of: "settle-milliseconds")).lowerBound
        for count in stride(from: 0, to: text.distance(from: text.startIndex, to: end), by: 13) {
            #expect(throws: DefinitionError.self) {
                _ = try TargetDefinition(yaml: String(text.prefix(count)), file: "x.yaml")
            }
        }
    }
}
