// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CUnicorn
import EmulatedCortexM
import Essentials
import Glibc

/// Our core and Unicorn side by side, each with its own copy of the same memory.
final class DifferentialMachine {
    static let codeBase: UInt32 = 0x1000_0000, dataBase: UInt32 = 0x2000_0000
    static let place = codeBase + 0x2000, center = dataBase + 0x2000
    static let size = 0x4000

    private let memory: [UnsafeMutableRawPointer]
    private let core: EmulatedCore
    private let oracle: UnicornOracle
    private let bus = EmptyBus()
    private var random: SeededGenerator
    /// Floating-point operands are drawn from interesting values.
    var usesFloatingPoint = false

    enum Comparison {
        case agreed
        case bothRefused
        case onlyOracle(faults: UInt32)
        case onlyOurs(String)
        case different(String, state: DifferentialState)
    }

    init?(seed: UInt64) {
        memory = (0..<4).map { _ in .allocate(byteCount: Self.size, alignment: 4096) }
        random = SeededGenerator(seed: seed)
        for block in memory { block.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size) }
        guard
            let oracle = UnicornOracle(
                code: memory[0], at: Self.codeBase, data: memory[1], at: Self.dataBase, size: Self.size)
        else { return nil }
        self.oracle = oracle
        // The first floating-point instruction (VMOV S0, S0) begins a context and sets FPSCR to its default.
        memory[0].storeBytes(of: 0x0A40_EEB0, toByteOffset: Int(Self.place - Self.codeBase), as: UInt32.self)
        var first = DifferentialState()
        _ = oracle.execute(at: Self.place, &first)
        core = EmulatedCore(.cortexM7, bus: bus)
        core.addWindow(at: Self.codeBase, memory: memory[2], count: Self.size, isWritable: true)
        core.addWindow(at: Self.dataBase, memory: memory[3], count: Self.size, isWritable: true)
        for offset in stride(from: 0, to: Self.size, by: 8) {
            // Branches to self keep Unicorn's translated blocks short.
            for block in [memory[0], memory[2]] {
                block.storeBytes(of: 0xE7FE_E7FE_E7FE_E7FE, toByteOffset: offset, as: UInt64.self)
            }
            let value = random.next()
            memory[1].storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
        }
    }
    deinit { for block in memory { block.deallocate() } }

    func draw(_ family: EncodingClass) -> (UInt32, UInt32) { family.encoding(&random) }
    func drawWord() -> UInt32 { random.word() }

    /// Executes one instruction on both from the same random state.
    func compare(_ first: UInt32, _ second: UInt32) -> Comparison { compare([first, second], count: 1) }

    /// Executes `count` instructions on both from the same random state.
    func compare(_ halfwords: [UInt32], count: Int) -> Comparison {
        let offset = Int(Self.place - Self.codeBase)
        for (index, halfword) in (halfwords + [0xE7FE, 0xE7FE]).enumerated() {
            let value = UInt16(truncatingIfNeeded: halfword)
            memory[0].storeBytes(of: value, toByteOffset: offset + 2 * index, as: UInt16.self)
        }
        memcpy(memory[2], memory[0], Self.size)
        memcpy(memory[3], memory[1], Self.size)
        var theirs = randomState()
        // Thread mode, privileged, all faults to HardFault, the FPU on and no context to preserve.
        core.powerOnReset(vectorTable: Self.codeBase)
        _ = core.debugWrite(0xE000_ED88, .word, 0xF0_0000)
        _ = core.debugWrite(0xE000_EF34, .word, 0)
        theirs.apply(to: core)
        let before = theirs
        let outcome = oracle.execute(count, at: Self.place, &theirs)
        for _ in 0..<count { _ = core.run(for: 1) }
        let faults = core.debugRead(0xE000_ED28, .word) ?? 0
        let isRefused = core.coreRegister(16) & 0x1FF != 0 || core.isLockedUp
        switch (isRefused, outcome) {
        case (true, .refused):
            return .bothRefused
        case (true, .executed): return .onlyOracle(faults: faults)
        case (false, .refused):
            return .onlyOurs("\(oracle.lastResult), \(DifferentialState(of: core).differences(from: theirs))")
        case (false, .executed): return compareStates(theirs, before)
        }
    }

    private func compareStates(_ theirs: DifferentialState, _ before: DifferentialState) -> Comparison {
        var ours = DifferentialState(of: core), theirs = theirs
        // Unicorn does not clear bits 1:0 of the stack pointer, and EPSR is not what Unicorn shows there.
        (ours[13], theirs[13]) = (ours[13] & ~3, theirs[13] & ~3)
        ours.status &= 0xF80F_0000
        theirs.status &= 0xF80F_0000
        if ours != theirs { return .different(ours.differences(from: theirs), state: before) }
        if memcmp(memory[1], memory[3], Self.size) != 0 { return .different("memory", state: before) }
        if memcmp(memory[0], memory[2], Self.size) != 0 { return .different("code memory", state: before) }
        return .agreed
    }

    private func randomState() -> DifferentialState {
        var state = DifferentialState()
        for index in 0..<15 {
            let word = random.word()
            switch word >> 28 {
            case 0...5: state[index] = Self.center &+ (word & 0xFC)
            case 6: state[index] = Self.center &+ (word & 0xFF)
            case 7...9: state[index] = word & 0x3F
            case 10:
                state[index] =
                    [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x8000, 0x7FFF, 0xFFFF_8000][Int(word & 7)]
            default: state[index] = random.word()
            }
        }
        state[13] = Self.center
        state.pc = Self.place
        state.status = random.word() & 0xF80F_0000 | 1 << 24
        if usesFloatingPoint {
            for index in 0..<32 { state[18 + index] = randomSingle() }
            for index in 0..<16 where random.word() & 1 == 0 {
                let bits = randomDouble()
                state[18 + 2 * index] = UInt32(truncatingIfNeeded: bits)
                state[19 + 2 * index] = UInt32(truncatingIfNeeded: bits >> 32)
            }
            let modes = random.word()
            state.floatingPointStatus =
                random.word() & 0xF000_009F | (modes & 1 == 0 ? random.word() & 0x07C0_0000 : 0)
        } else {
            for index in 0..<32 { state[18 + index] = random.word() }
        }
        return state
    }
    private func randomSingle() -> UInt32 {
        let word = random.word(), sign = word & 0x8000_0000
        switch word >> 24 & 15 {
        case 0: return sign
        case 1: return sign | 0x7F80_0000
        case 2: return sign | 0x7FC0_0000 | word & 0xFFFF
        case 3: return sign | 0x7F80_0001 | word & 0xFFFF
        case 4: return sign | word & 0x7F_FFFF
        case 5: return sign | 0x0080_0000 | word & 0xFF
        case 6: return sign | 0x7F7F_FFFF &- (word & 0xFF)
        case 7...10: return Float(Int32(bitPattern: random.word()) >> Int32(word & 31)).bitPattern
        case 11, 12: return sign | 0x3F80_0000 &+ (random.word() & 0x00FF_FFFF)
        default: return random.word()
        }
    }
    private func randomDouble() -> UInt64 {
        let word = random.next(), sign = word & 1 << 63
        switch word >> 24 & 15 {
        case 0: return sign
        case 1: return sign | 0x7FF0 << 48
        case 2: return sign | 0x7FF8 << 48 | word & 0xFFFF
        case 3: return sign | 0x7FF0 << 48 | 1 | word & 0xFFFF
        case 4: return sign | word & 0xF_FFFF_FFFF_FFFF
        case 5: return sign | 0x0010 << 48 | word & 0xFF
        case 6: return sign | 0x7FEF_FFFF_FFFF_FFFF &- (word & 0xFF)
        case 7...9: return Double(Int32(bitPattern: random.word()) >> Int32(word & 31)).bitPattern
        case 10: return Double(Float(bitPattern: randomSingle())).bitPattern
        case 11, 12: return sign | 0x3FF0 << 48 &+ (random.next() & 0x001F_FFFF_FFFF_FFFF)
        default: return random.next()
        }
    }
}

/// A bus nothing hangs on.
final class EmptyBus: CoreBus {
    func read(_ address: UInt32, _ width: BusWidth) -> BusReply { .error }
    func write(_ address: UInt32, _ width: BusWidth, _ value: UInt32) -> BusReply { .error }
    func fetch(_ address: UInt32) -> BusReply { .error }
}
