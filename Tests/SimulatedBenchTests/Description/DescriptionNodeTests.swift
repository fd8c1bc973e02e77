// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@testable import SimulatedBench

/// YAML as the simulator reads it: values with bounds, errors with their place.
@Suite struct `Description nodes` {
    private func node(_ text: String) throws -> DescriptionNode {
        try DescriptionNode(text: text, file: "part.yaml")
    }
    private func problem(_ text: String, _ read: (DescriptionNode) throws -> Void) -> BenchError? {
        do {
            try read(node(text))
            return nil
        } catch { return error as? BenchError }
    }

    @Test func `give numbers, sizes and frequencies`() throws {
        let keys = try node("a: 0x1f\nb: 16 MiB\nc: -4 KiB\nd: 32768 Hz\ne: 2.5\nf: true").mapping(
            ["a", "b", "c", "d", "e", "f"], optional: ["g"])
        #expect(try keys["a"].integer(in: 0...255) == 31)
        #expect(try keys["b"].size(in: 1...1 << 30) == 16 << 20)
        #expect(try keys["c"].size(in: -65536...0) == -4096)
        #expect(try keys["d"].frequency(in: 1...1_000_000) == 32768)
        #expect(try keys["e"].decimal(in: 0...3) == 2.5)
        #expect(try keys["f"].flag())
        #expect(keys.optional("g") == nil)
    }

    @Test func `keep the order of mappings whose keys are data`() throws {
        let pairs = try node("{3: c, 0x1: a, 2: b}").pairs()
        #expect(try pairs.map { try $0.key.integer(in: 0...9) } == [3, 1, 2])
        #expect(try pairs.map { try $0.value.text } == ["c", "a", "b"])
    }

    /// Text, and where its error is expected.
    static let wrong: [(String, line: Int, column: Int, DescriptionProblem)] = [
        ("a: 1\nc: 2", 2, 1, .unknownKey("c", allowed: ["a", "b"])),
        ("b: 2", 1, 1, .missingKey("a")),
        ("a: x", 1, 4, .wrongType(expected: "a number")),
        ("b: 1\na: 300", 2, 4, .outOfRange(value: "300", allowed: "0 to 255")),
        ("a: 99999999999999999999", 1, 4, .wrongType(expected: "a number")),
        ("[1, 2]", 1, 1, .wrongType(expected: "keys and values")),
        ("a:", 1, 3, .wrongType(expected: "a text")),
    ]
    @Test(arguments: wrong.indices) func `name the place of what is wrong`(_ index: Int) {
        let row = Self.wrong[index]
        let found = problem(row.0) { _ = try $0.mapping(["a"], optional: ["b"])["a"].byte() }
        #expect(found == .description(row.3, file: "part.yaml", line: row.line, column: row.column))
    }

    @Test func `refuse what is no YAML, and what would be too deep for its parser`() {
        #expect(problem("a: [1, 2") { _ in }?.code == "BEN-012")
        #expect(problem("a: 1\na: 2") { _ in }?.code == "BEN-012")
        #expect(problem("") { _ in }?.code == "BEN-012")
        #expect(problem(String(repeating: "[", count: 17)) { _ in }?.code == "BEN-012")
        #expect(problem(String(repeating: "- ", count: 121)) { _ in }?.code == "BEN-012")
        #expect(problem(String(repeating: "#\n", count: 131_073)) { _ in }?.code == "BEN-012")
    }

    @Test func `never trap, whatever the file holds`() {
        var random = SeededGenerator(seed: 8)
        let words = [
            "a", ":", " ", "\n", "- ", "[", "]", "{", "}", "&x ", "*x", "!!int ", "|", ">", "\"", "\u{0}",
            "0x", "\t", "? ",
        ]
        for _ in 0..<2000 {
            let text = (0..<24).map { _ in words.randomElement(using: &random) ?? "" }.joined()
            _ = problem(text) {
                _ = try? $0.list()
                _ = try? $0.pairs()
                _ = try $0.mapping(["a"])["a"].size(in: 0...1)
            }
        }
    }
}
