// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

/// The stack that entry points take at least, against what hosts give them.
struct StackLint {
    let code: CodeView
    let file: LoaderFile
    let target: TargetDefinition

    /// Bytes of stack that ST's tool gives a loader, as read off its logs and its OpenOCD.
    static let vendorStack = 1016

    /// Compilers make calls of these out of loops, also of those inside these functions.
    private static let replacedLoops: Set<String> = ["memset", "memcpy", "memmove", "strlen", "memcmp"]

    var findings: [LintFinding] {
        var found: [LintFinding] = []
        for function in code.reached {
            guard let place = function.selfCalls.first else { continue }
            let name = code.map.name(function.entry)
            guard !function.returnsWithoutItself || Self.replacedLoops.contains(name) else { continue }
            found.append(code.finding(.endlessRecursion(name), at: place))
        }
        guard found.isEmpty else { return found }
        var deepest: (name: String, address: UInt32, estimate: StackEstimate)?
        for entry in code.entries {
            let estimate = StackEstimate(of: entry.address, in: code.map)
            if estimate.bytes > deepest?.estimate.bytes ?? 0 {
                deepest = (entry.name, entry.address, estimate)
            }
        }
        guard let deepest else { return [] }
        let (bytes, path) = (deepest.estimate.bytes, deepest.estimate.path)
        if let stack = ourStack, bytes > stack {
            return [
                code.finding(
                    .stackBeyondOurs(entry: deepest.name, bytes: bytes, path: path, stack: stack),
                    at: deepest.address)
            ]
        }
        guard file.abi.format == .st, bytes > Self.vendorStack else { return [] }
        return [
            code.finding(
                .stackBeyondVendors(entry: deepest.name, bytes: bytes, path: path), at: deepest.address)
        ]
    }

    /// Nil where the program has no place in the RAM.
    private var ourStack: Int? {
        let ram = target.loaderRAM(for: file.program)
        do { return try LoaderLayout.place(file, in: ram, style: .spacious).1.stack.count } catch {
            return nil
        }
    }
}
