// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles

/// A program's functions as machine code, read when they are asked for.
final class CodeMap {
    let program: LoaderProgram
    private var functions: [UInt32: CodeFunction] = [:]
    /// Those that are being read, because one calls the other.
    private var open: Set<UInt32> = []

    /// - Parameter program: where it is to run; one for any address moved to some.
    init(_ program: LoaderProgram) { self.program = program }

    /// The function that begins at an address of the program's code; nil elsewhere.
    func function(at entry: UInt32) -> CodeFunction? {
        let entry = entry & ~1
        if let known = functions[entry] { return known }
        guard isCode(entry), open.insert(entry).inserted else { return nil }
        defer { open.remove(entry) }
        var walk = CodeWalk(entry: entry, in: self)
        let function = walk.run()
        functions[entry] = function
        return function
    }

    /// Whether a call comes back, as far as is known.
    func comesBack(_ entry: UInt32) -> Bool { function(at: entry)?.returns ?? true }

    func isCode(_ address: UInt32) -> Bool {
        program.code.contains { $0.contains(UInt64(address)) }
            && !program.literals.contains { $0.contains(UInt64(address)) }
    }
    func halfword(_ address: UInt32) -> UInt32? {
        guard isCode(address) else { return nil }
        return number(at: address, bytes: 2)
    }
    func number(at address: UInt32, bytes count: Int) -> UInt32? {
        guard let bytes = program.bytes(in: UInt64(address)..<UInt64(address) + UInt64(count)) else {
            return nil
        }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// All functions that calls from `entries` lead to.
    func reached(from entries: [UInt32]) -> [CodeFunction] {
        var found: [UInt32: CodeFunction] = [:]
        var pending = entries.map { $0 & ~1 }
        while let entry = pending.popLast() {
            guard found[entry] == nil, let function = function(at: entry) else { continue }
            found[entry] = function
            pending += function.calls.map { $0.target & ~1 }
        }
        return found.values.sorted { $0.entry < $1.entry }
    }

    func name(_ address: UInt32) -> String {
        program.function(at: address)?.name ?? program.describe(address)
    }
}
