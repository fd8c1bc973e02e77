// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The most stack that an entry point takes, with all that it calls.
package struct StackEstimate: Hashable, Sendable {
    /// Bytes, on the deepest way through calls that are known.
    package var bytes: Int
    /// The functions on that way, outermost first.
    package var path: [String]
    /// Functions that call each other in a circle: how often, the code does not say.
    package var recursion: [String]
    /// Calls of functions that are only known when it runs, by the functions that make them.
    package var indirect: [String]
    /// Functions that take stack by an amount that is not in the code, or whose paths could not all be followed.
    package var unknown: [String]

    /// Whether no way takes more.
    package var isBound: Bool { recursion.isEmpty && indirect.isEmpty && unknown.isEmpty }

    init(of entry: UInt32, in map: CodeMap) {
        (bytes, path, recursion, indirect, unknown) = (0, [], [], [], [])
        var open: [UInt32] = []
        var known: [UInt32: (bytes: Int, path: [UInt32])] = [:]
        let deepest = measure(entry & ~1, map, &open, &known)
        (bytes, path) = (deepest.bytes, deepest.path.map(map.name))
    }

    private mutating func measure(
        _ entry: UInt32, _ map: CodeMap, _ open: inout [UInt32],
        _ known: inout [UInt32: (bytes: Int, path: [UInt32])]
    ) -> (bytes: Int, path: [UInt32]) {
        if let done = known[entry] { return done }
        if open.contains(entry) {
            Self.add(map.name(entry), to: &recursion)
            return (0, [])
        }
        guard let function = map.function(at: entry) else {
            Self.add(map.name(entry), to: &unknown)
            return (0, [])
        }
        open.append(entry)
        var deepest = (bytes: function.frame, path: [entry])
        for call in function.calls {
            let inner = measure(call.target, map, &open, &known)
            if call.depth + inner.bytes > deepest.bytes {
                deepest = (call.depth + inner.bytes, [entry] + inner.path)
            }
        }
        open.removeLast()
        if !function.indirectCalls.isEmpty { Self.add(map.name(entry), to: &indirect) }
        if function.takesUnknownStack || function.isIncomplete { Self.add(map.name(entry), to: &unknown) }
        known[entry] = deepest
        return deepest
    }

    private static func add(_ name: String, to list: inout [String]) {
        if !list.contains(name) { list.append(name) }
    }
}

extension LoaderFile {
    /// Of each entry point that there is, in the interface's order.
    package var stackEstimates: [(entry: String, estimate: StackEstimate)] {
        let map = CodeMap(program)
        return abi.functions.compactMap { function in
            program.entry(of: function).map { (function.rawValue, StackEstimate(of: $0, in: map)) }
        }
    }
}
