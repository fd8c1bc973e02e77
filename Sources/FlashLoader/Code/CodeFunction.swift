// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a function does, as far as its machine code says.
struct CodeFunction: Sendable {
    struct Call: Hashable, Sendable {
        var place: UInt32
        var target: UInt32
        /// R0 to R3, as far as they are constants.
        var arguments: [UInt32] = []
        /// Bytes of the caller's stack in use meanwhile.
        var depth: Int
    }
    struct Access: Hashable, Sendable {
        var place: UInt32
        /// Nil when it depends on what the function is given.
        var address: UInt32?
        var size: Int
        var isStore: Bool
        /// What is stored, where it is known.
        var value: UInt32?
        /// Relative to the stack pointer.
        var isLocal = false
    }
    struct Event: Hashable, Sendable {
        var place: UInt32
        var event: ThumbInstruction.Event
        /// What a special register is written with, where it is known.
        var value: UInt32?
    }
    /// A branch back, and what lies between.
    struct Loop: Hashable, Sendable {
        var range: ClosedRange<UInt32>
        var calls = false
        var targets: Set<UInt32> = []
        var stores = false
        /// Something counts, up or down.
        var counts = false
        var hasExit = false
        /// Addresses that are loaded from; nil among them for one that is not known.
        var loads: [UInt32?] = []
    }
    /// What happens, in the order of the code's paths.
    enum Step: Hashable, Sendable {
        case access(Access)
        case call(UInt32)
    }

    let entry: UInt32
    /// Most bytes of stack that it takes for itself.
    var frame = 0
    /// It takes stack by an amount that is not in the code.
    var takesUnknownStack = false
    var calls: [Call] = []
    /// Calls of functions that are only known when it runs.
    var indirectCalls: [UInt32] = []
    var events: [Event] = []
    var loops: [Loop] = []
    var steps: [Step] = []
    /// Constants in registers that may be addresses.
    var constants: Set<UInt32> = []
    /// Constants that places are counted from: memory from there on is walked through.
    var walked: Set<UInt32> = []
    /// A branch leads to where the program has no code, or nobody knows where.
    var isIncomplete = false
    var returns = false
    /// What it returns in R0 on every path; nil when that is not one constant.
    var result: UInt32?
    /// Where it calls itself.
    var selfCalls: [UInt32] = []
    /// It comes back on some path without a call of itself.
    var returnsWithoutItself = false

    init(entry: UInt32) { self.entry = entry }

    var accesses: [Access] {
        steps.compactMap { if case .access(let access) = $0 { access } else { nil } }
    }
}
