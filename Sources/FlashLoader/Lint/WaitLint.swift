// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Waits that do not end, and clocks that stand still.
struct WaitLint {
    let code: CodeView

    /// Registers that change by themselves: a loop that looks at one ends in time.
    private static func isClock(_ address: UInt32) -> Bool {
        switch address {
        // DWT_CYCCNT, SysTick, and the timers of APB1 and APB2.
        case 0xE000_1004, 0xE000_E010...0xE000_E018, 0x4000_0000..<0x4000_2800, 0x4001_0000..<0x4001_0800,
            0x4001_4000..<0x4001_4C00:
            true
        default: false
        }
    }

    var findings: [LintFinding] { ticks + delays + loops }

    // MARK: - Clocks

    private var ticks: [LintFinding] {
        let name = "HAL_GetTick"
        guard let tick = code.function(named: name), let function = code.map.function(at: tick),
            code.reached.contains(where: { $0.entry == tick })
        else { return [] }
        guard let problem = standstill(of: function, name) else { return [] }
        return [code.finding(problem, at: tick)]
    }

    /// Functions with a loop that looks at nothing but a clock that stands still.
    private var delays: [LintFinding] {
        code.reached.compactMap { function in
            let loop = function.loops.first { loop in
                loop.hasExit && !loop.counts && !loop.stores && loop.loads.isEmpty && !loop.targets.isEmpty
                    && loop.targets.allSatisfy { target in
                        code.map.function(at: target).map { standstill(of: $0, "") != nil } ?? false
                    }
            }
            return loop.map {
                code.finding(.delayNeverEnds(code.map.name(function.entry)), at: $0.range.lowerBound)
            }
        }
    }

    /// Why what a function returns never changes; nil where it does, or nobody knows.
    private func standstill(of function: CodeFunction, _ name: String) -> LintProblem? {
        if function.result != nil, function.calls.isEmpty { return .constantTick(name) }
        let loads = function.accesses.filter { !$0.isStore && !$0.isLocal }
        guard code.isComplete, function.calls.isEmpty,
            function.accesses.allSatisfy({ !$0.isStore || $0.isLocal }),
            loads.count == 1, let address = loads[0].address, isOwnMemory(address)
        else { return nil }
        guard !isWritten(address, by: code.reached) else { return nil }
        let counters = ["SysTick_Handler", "HAL_IncTick"].compactMap(code.function(named:))
        guard isWritten(address, by: code.map.reached(from: counters)) else { return .constantTick(name) }
        return code.interruptEnabling.isEmpty ? .tickNeedsInterrupt(name) : nil
    }

    private func isOwnMemory(_ address: UInt32) -> Bool {
        code.program.pieces.contains { $0.address <= address && UInt64(address) < $0.end }
    }
    private func isWritten(_ address: UInt32, by functions: [CodeFunction]) -> Bool {
        functions.contains { function in
            function.accesses.contains { $0.isStore && $0.address == address }
                // Who is given its address, or one near it, may write there.
                || (function.calls.flatMap(\.arguments) + Array(function.walked)).contains {
                    $0 <= address && address &- $0 < 0x400
                }
        }
    }

    // MARK: - Loops

    private var loops: [LintFinding] {
        var found: [LintFinding] = []
        var seen: Set<UInt32> = []
        for function in code.reached {
            for loop in function.loops where !loop.calls && !loop.counts {
                guard let problem = problem(of: loop), seen.insert(loop.range.lowerBound).inserted else {
                    continue
                }
                found.append(code.finding(problem, at: loop.range.lowerBound))
            }
        }
        return found
    }

    private func problem(of loop: CodeFunction.Loop) -> LintProblem? {
        guard loop.hasExit else { return .endlessLoop }
        let known = loop.loads.compactMap(\.self)
        guard !loop.stores, !known.isEmpty, known.count == loop.loads.count,
            !known.contains(where: Self.isClock)
        else { return nil }
        if let register = known.first(where: { (0x4000_0000..<0x6000_0000).contains($0) }) {
            return .unboundedWait(register)
        }
        guard code.isComplete, code.interruptEnabling.isEmpty, known.allSatisfy(isOwnMemory),
            !known.contains(where: { isWritten($0, by: code.reached) })
        else { return nil }
        return .waitsForMemory(known[0])
    }
}
