// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What is known of the core's registers at one place of a function, on every path that leads there.
struct RegisterValues: Hashable, Sendable {
    private var values = [UInt32?](repeating: nil, count: 16)
    /// The last comparison with a constant.
    var comparison: Comparison?
    /// Bytes of stack in use since the function was entered, at least.
    var depth = 0

    /// A pointer that walks goes on by no more than this, in bytes.
    private static let longestStep: UInt32 = 64

    struct Comparison: Hashable, Sendable {
        var register: Int
        var value: UInt32
    }

    subscript(register: Int) -> UInt32? {
        get { register < 13 ? values[register] : nil }
        set { if register < 13 { values[register] = newValue } }
    }

    /// What both say.
    ///
    /// - Parameters:
    ///   - other: what is known on another path.
    ///   - lost: takes values that come back changed by a step, as those of a pointer in a loop do.
    /// - Returns: whether less is known than before.
    mutating func meet(_ other: RegisterValues, lost: inout Set<UInt32>) -> Bool {
        var isLess = false
        for register in 0..<13 where values[register] != nil && values[register] != other.values[register] {
            if let value = values[register], let next = other.values[register], value > 0xFFFF,
                Int32(bitPattern: next &- value).magnitude <= Self.longestStep
            {
                lost.insert(value)
            }
            values[register] = nil
            isLess = true
        }
        if comparison != nil, comparison != other.comparison {
            comparison = nil
            isLess = true
        }
        return isLess
    }

    /// A function was called: its arguments, result and scratch registers are its own (AAPCS §6.1.1).
    mutating func call(returning value: UInt32?) {
        for register in [1, 2, 3, 12] { values[register] = nil }
        values[0] = value
        comparison = nil
    }

    mutating func apply(_ it: ThumbInstruction, literal: (UInt32) -> UInt32?) {
        let old = values
        for register in it.clobbered { self[register] = nil }
        if let (register, change) = it.writeBack {
            self[register] = old[register].map { $0 &+ UInt32(bitPattern: change) }
        }
        if let (register, value) = it.result {
            self[register] = Self.value(value, register, old, literal)
        }
        if let (register, value) = it.comparison {
            comparison = Comparison(register: register, value: value)
        } else if let register = it.result?.register, register == comparison?.register {
            comparison = nil
        }
        // What returns code to the stack is seldom counted right on all paths; what takes it is what matters.
        depth = max(0, depth + (it.push ?? 0))
    }

    private static func value(
        _ value: ThumbInstruction.Value, _ register: Int, _ old: [UInt32?], _ literal: (UInt32) -> UInt32?
    ) -> UInt32? {
        func known(_ register: Int) -> UInt32? { register < 13 ? old[register] : nil }
        switch value {
        case .constant(let constant): return constant
        case .copy(let source): return known(source)
        case .sum(let source, let change): return known(source).map { $0 &+ UInt32(bitPattern: change) }
        case .sumOfRegisters(let first, let second):
            guard let first = known(first), let second = known(second) else { return nil }
            return first &+ second
        case .differenceOfRegisters(let first, let second):
            guard let first = known(first), let second = known(second) else { return nil }
            return first &- second
        case .or(let source, let bits): return known(source).map { $0 | bits }
        case .clear(let source, let bits): return known(source).map { $0 & ~bits }
        case .shiftLeft(let source, let count): return known(source).map { $0 << count }
        case .upper(let half): return known(register).map { $0 & 0xFFFF | half }
        case .literal(let place): return literal(place)
        case .unknown: return nil
        }
    }
}
