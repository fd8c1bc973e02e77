// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles

/// Follows a function's paths from its entry: no byte is taken for code that none of them leads to.
struct CodeWalk {
    private let entry: UInt32
    private let map: CodeMap
    /// As far as the symbol says that the function goes.
    private let extent: Range<UInt32>?
    private let decoder: ThumbDecoder
    private var instructions: [UInt32: ThumbInstruction] = [:]
    private var states: [UInt32: RegisterValues] = [:]
    private var successors: [UInt32: [UInt32]] = [:]
    private var result: CodeFunction

    /// More instructions than any function has.
    private static let limit = 1 << 16

    init(entry: UInt32, in map: CodeMap) {
        (self.entry, self.map) = (entry, map)
        let symbol = map.program.function(at: entry)
        extent = symbol.flatMap { $0.address == entry && $0.size > 0 ? entry..<entry &+ $0.size : nil }
        decoder = ThumbDecoder { map.halfword($0) }
        result = CodeFunction(entry: entry)
    }

    mutating func run() -> CodeFunction {
        var pending = [(entry, RegisterValues())]
        while let (address, values) = pending.popLast() {
            guard instructions.count < Self.limit else {
                result.isIncomplete = true
                break
            }
            pending += visit(address, values)
        }
        collect()
        return result
    }

    // MARK: - Paths

    private mutating func visit(_ address: UInt32, _ values: RegisterValues) -> [(UInt32, RegisterValues)] {
        if var known = states[address] {
            guard known.meet(values, lost: &result.walked) else { return [] }
            states[address] = known
        } else {
            states[address] = values
        }
        guard let state = states[address],
            let it = instructions[address] ?? decoder.instruction(at: address)
        else {
            result.isIncomplete = true
            return []
        }
        instructions[address] = it
        if let base = it.indexBase.flatMap({ state[$0] }) { result.walked.insert(base) }
        var after = state
        after.apply(it) { map.number(at: $0, bytes: 4) }
        let targets = follow(it, at: address, state, &after)
        successors[address] = targets
        return targets.map { ($0, after) }
    }

    /// Where an instruction goes on within the function.
    private mutating func follow(
        _ it: ThumbInstruction, at address: UInt32, _ before: RegisterValues, _ after: inout RegisterValues
    ) -> [UInt32] {
        let next = address &+ UInt32(it.size)
        switch it.flow {
        case .next: return [next]
        case .branch(let target): return isElsewhere(target) ? [] : [target]
        case .conditional(let target): return isElsewhere(target) ? [next] : [next, target]
        case .call(let target):
            after.call(returning: map.function(at: target)?.result)
            return target & ~1 == entry || map.comesBack(target) ? [next] : []
        case .callRegister(let register):
            let target = before[register]
            after.call(returning: target.flatMap { map.function(at: $0)?.result })
            return target.map(map.comesBack) ?? true ? [next] : []
        case .table(let table, let index, let entrySize):
            return targets(of: table, index, entrySize, before)
        case .branchRegister, .returns, .ends: return []
        }
    }

    /// Into another function: a call that returns to the caller's caller.
    private func isElsewhere(_ target: UInt32) -> Bool {
        if let extent { return !extent.contains(target) }
        return target != entry && map.program.function(at: target)?.address == target
    }

    private mutating func targets(
        of table: UInt32, _ index: Int, _ size: Int, _ values: RegisterValues
    ) -> [UInt32] {
        guard let comparison = values.comparison, comparison.register == index, comparison.value < 512 else {
            result.isIncomplete = true
            return []
        }
        return (0...comparison.value).compactMap { number in
            map.number(at: table &+ number * UInt32(size), bytes: size).map { table &+ 2 * $0 }
        }
    }

    // MARK: - What was found

    private mutating func collect() {
        var results: Set<UInt32?> = []
        for address in order() {
            guard let it = instructions[address], let state = states[address] else { continue }
            var after = state
            after.apply(it) { map.number(at: $0, bytes: 4) }
            result.frame = max(result.frame, after.depth)
            if it.push == nil { note(stackBy: it.pushRegister, state) }
            if let (register, _) = it.result, let value = after[register], value > 0xFFFF {
                result.constants.insert(value)
            }
            note(it, at: address, state)
            if case .returns = it.flow {
                result.returns = true
                results.insert(state[0])
            }
            noteCalls(it, at: address, state, after.depth, &results)
            noteLoop(it, at: address)
        }
        result.result = results.count == 1 ? results.first ?? nil : nil
        result.returnsWithoutItself = result.selfCalls.isEmpty ? result.returns : comesBackWithoutItself()
    }

    /// The instructions in the order of the paths, the one that goes straight on first.
    private func order() -> [UInt32] {
        var seen: Set<UInt32> = []
        var list: [UInt32] = []
        var pending = [entry]
        while let address = pending.popLast() {
            guard instructions[address] != nil, seen.insert(address).inserted else { continue }
            list.append(address)
            pending += (successors[address] ?? []).reversed()
        }
        return list
    }

    private mutating func note(stackBy register: Int?, _ state: RegisterValues) {
        guard let register, let amount = state[register] else { return result.takesUnknownStack = true }
        // SUB with a size, or ADD with a negative one.
        let bytes = Int32(bitPattern: amount).magnitude
        if bytes < 1 << 24 { result.frame = max(result.frame, state.depth + Int(bytes)) }
    }

    private mutating func note(_ it: ThumbInstruction, at address: UInt32, _ state: RegisterValues) {
        if let event = it.event {
            var value: UInt32?
            if case .writesSpecial(_, let register) = event { value = state[register] }
            result.events.append(.init(place: address, event: event, value: value))
        }
        if case .sumOfRegisters(let first, let second)? = it.result?.value,
            (state[first] == nil) != (state[second] == nil), let base = state[first] ?? state[second]
        {
            result.walked.insert(base)
        }
        guard let access = it.access else { return }
        let base = state[access.base]
        result.steps.append(
            .access(
                .init(
                    place: address, address: base.map { $0 &+ UInt32(bitPattern: access.offset) },
                    size: access.size, isStore: access.isStore, value: access.source.flatMap { state[$0] },
                    isLocal: access.base == 13)))
    }

    private mutating func noteCalls(
        _ it: ThumbInstruction, at address: UInt32, _ state: RegisterValues, _ depth: Int,
        _ results: inout Set<UInt32?>
    ) {
        var target: UInt32?
        var isTail = false
        switch it.flow {
        case .call(let place): target = place
        case .callRegister(let register):
            guard let place = state[register] else { return result.indirectCalls.append(address) }
            target = place
            noteState(of: place, at: address)
        case .branch(let place), .conditional(let place):
            guard isElsewhere(place) else { return }
            (target, isTail) = (place, true)
        case .branchRegister(let register):
            guard let place = state[register] else { return result.indirectCalls.append(address) }
            (target, isTail) = (place, true)
            if it.size == 2, !it.isMove { noteState(of: place, at: address) }
        default: return
        }
        guard let target else { return }
        result.calls.append(
            .init(
                place: address, target: target & ~1, arguments: (0..<4).compactMap { state[$0] }, depth: depth
            ))
        result.steps.append(.call(target & ~1))
        if target & ~1 == entry { result.selfCalls.append(address) }
        if isTail, map.comesBack(target) {
            result.returns = true
            results.insert(target & ~1 == entry ? nil : map.function(at: target)?.result)
        }
    }

    /// BX and BLX take the state to go on in from bit 0.
    private mutating func noteState(of target: UInt32, at address: UInt32) {
        guard target & 1 == 0 else { return }
        result.events.append(.init(place: address, event: .entersArmState, value: target))
    }

    private mutating func noteLoop(_ it: ThumbInstruction, at address: UInt32) {
        let target: UInt32
        var isLeft = false
        switch it.flow {
        case .branch(let place): target = place
        case .conditional(let place): (target, isLeft) = (place, true)
        default: return
        }
        guard target <= address, !isElsewhere(target) else { return }
        var loop = CodeFunction.Loop(range: target...address, hasExit: isLeft)
        for (place, inner) in instructions where loop.range.contains(place) {
            add(inner, at: place, to: &loop)
        }
        loop.loads.sort { ($0 ?? 0) < ($1 ?? 0) }
        result.loops.append(loop)
    }

    private func add(_ it: ThumbInstruction, at place: UInt32, to loop: inout CodeFunction.Loop) {
        switch it.flow {
        case .call(let target):
            loop.calls = true
            loop.targets.insert(target & ~1)
        case .callRegister: loop.calls = true
        case .conditional(let target), .branch(let target):
            if !loop.range.contains(target) { loop.hasExit = true }
            if isElsewhere(target) { loop.calls = true }
        case .returns, .branchRegister, .table: loop.hasExit = true
        case .next, .ends: break
        }
        if let (register, value) = it.result {
            switch value {
            case .sum(register, let change): if change != 0 { loop.counts = true }
            case .sumOfRegisters(let first, let second), .differenceOfRegisters(let first, let second):
                // R0 is what a function has returned, not what was there the round before.
                if register != 0, first == register || second == register { loop.counts = true }
            default: break
            }
        }
        if it.writeBack != nil { loop.counts = true }
        // Indexed loads and multiple stores: somebody moves through memory.
        guard let access = it.access else { return }
        if access.isStore {
            loop.stores = true
        } else {
            loop.loads.append(
                states[place]?[access.base].map { $0 &+ UInt32(bitPattern: access.offset) })
        }
    }

    private func comesBackWithoutItself() -> Bool {
        var seen: Set<UInt32> = []
        var pending = [entry]
        let own = Set(result.selfCalls)
        while let address = pending.popLast() {
            guard let it = instructions[address], seen.insert(address).inserted, !own.contains(address)
            else { continue }
            switch it.flow {
            case .returns: return true
            case .branch(let target) where isElsewhere(target): if map.comesBack(target) { return true }
            case .branchRegister: return true
            default: pending += successors[address] ?? []
            }
        }
        return false
    }
}
